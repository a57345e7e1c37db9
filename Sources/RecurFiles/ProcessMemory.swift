import Glibc

/// What memory this process may have.
package enum ProcessMemory {
  /// Bytes: the least of the machine's memory, the limit of the address space, and the limit of the container.
  package static var limit: Double {
    var limits: [Double] = []
    let pages = sysconf(Int32(_SC_PHYS_PAGES))
    let pageSize = sysconf(Int32(_SC_PAGESIZE))
    if pages > 0, pageSize > 0 { limits.append(Double(pages) * Double(pageSize)) }
    var resource = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &resource) == 0 {
      limits.append(Double(resource.rlim_cur))
    }
    if let bytes = try? InputFile.read("/sys/fs/cgroup/memory.max", limit: 64) {
      let text = String(decoding: bytes, as: UTF8.self).filter { $0.isNumber }
      if let value = Double(text) { limits.append(value) }
    }
    return limits.min() ?? .infinity
  }
}
