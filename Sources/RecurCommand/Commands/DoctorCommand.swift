import ArgumentParser
import Recur

/// `recur doctor`: what Recur finds on this machine, and how fast it is.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Show versions, the processor, the chosen kernels and measured speeds.",
    discussion: """
      The peak is what the processor can do in registers with the vectors that the kernels use; every \
      speed that Recur reports is a fraction of it. Memory is read by all threads at once.

      EXAMPLES:
        recur doctor
        recur doctor --json
        recur doctor --threads 1 --seconds 2
      """)

  @OptionGroup var computing: ComputeFlags

  @Option(
    help: ArgumentHelp("How long each speed is measured. (default: 0.3)", valueName: "s"),
    transform: Values.number(0.01...60))
  var seconds = 0.3

  @Flag(help: "Print one JSON document.")
  var json = false

  func run() throws {
    try computing.run {
      let team = ThreadTeam.current
      let machine = Machine.current
      let single = ThreadTeam(threadCount: 1)
      let peak = ProcessorSpeed.peakOperationsPerSecond(team, seconds: seconds)
      let peakOfOne = ProcessorSpeed.peakOperationsPerSecond(single, seconds: seconds)
      // A gigabyte in all, or what is beyond the caches of a core.
      let bytes = min(256 << 20, max(16 << 20, (1 << 30) / team.threadCount))
      let bandwidth = ProcessorSpeed.readBytesPerSecond(team, byteCount: bytes, seconds: seconds)
      let bandwidthOfOne = ProcessorSpeed.readBytesPerSecond(single, seconds: seconds)
      if json {
        try JSONOutput.show(
          "recur.doctor/1",
          machine.members + [
            .init("threads", .integer(team.threadCount)),
            .init("peak_gflops", .rounded(peak / 1e9, 1)),
            .init("peak_gflops_one_thread", .rounded(peakOfOne / 1e9, 1)),
            .init("read_gb_per_second", .rounded(bandwidth / 1e9, 2)),
            .init("read_gb_per_second_one_thread", .rounded(bandwidthOfOne / 1e9, 2)),
            .init("warnings", .strings(machine.warnings)),
          ])
        return
      }
      let rows =
        machine.rows + [
          ("Threads", "\(team.threadCount) of \(ThreadTeam.availableProcessorCount) processors"),
          ("Peak", "\(gigas(peak)) GFLOP/s; one thread \(gigas(peakOfOne))"),
          ("Memory", "\(gigas(bandwidth)) GB/s read; one thread \(gigas(bandwidthOfOne))"),
        ]
      try StandardStream.output.write(TextTable.aligned(rows))
      let palette = Palette(for: .error)
      for warning in machine.warnings {
        StandardStream.error.show(palette.alarm("warning:") + " \(warning)\n")
      }
    }
  }

  private func gigas(_ value: Double) -> String { NumberText.fixed(value / 1e9, 1) }
}
