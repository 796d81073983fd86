import Framing
import Glibc
import Net

struct ModelsInstall: Command {
    private static let digest = Option(
        "--sha256", "DIGEST", accepts: "64 hexadecimal digits", "The SHA-256 checksum of the archive, as its publisher states it."
    ) { text in text.utf8.count == 64 && text.allSatisfy(\.isHexDigit) ? text.lowercased() : nil }
    private static let authorities = Option(
        "--ca", "FILE", variable: "HARKEN_CA", "Trusts the certificate authorities in FILE (PEM), in place of the system's, for a URL.")

    static let description = CommandDescription(
        name: "models install", summary: "Install the local models from an archive.",
        discussion: """
            The archive is harken-models-VERSION-linux-MACHINE.tar.gz of a release, or a tar file of a models folder. The checksums of its files are \
            compared before the folder of models is replaced. Models include program libraries: install only archives that you trust.
            """,
        operands: .init(placeholder: "FILE|URL", help: "The archive: a file, or a URL with https.", count: 1...1),
        options: [digest, authorities] + ModelPlaceChoice.options)

    /// Maximum size of an archive, packed and unpacked, in bytes.
    private static let sizeLimit = 4 << 30

    private let source: String
    private let digest: String?
    private let authorities: String?
    private let choice: ModelPlaceChoice

    init(_ arguments: Arguments) throws(UsageError) {
        source = arguments.operands.joined()
        digest = try arguments.value(Self.digest)
        authorities = try arguments.value(Self.authorities)
        choice = try ModelPlaceChoice(arguments)
        if source.lowercased().hasPrefix("http://") {
            throw UsageError("\(source) is not encrypted, and models include program libraries; give a URL with https, or a file")
        }
    }

    private var isURL: Bool { source.lowercased().hasPrefix("https://") }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context, in: choice) { place in
            if !isURL, let problem = FileIdentity.problem(path: source) { throw ModelError("\(source): \(problem)") }
            try await place.locked {
                let download = place.path + ".download"
                defer { if isURL { unlink(download) } }
                if isURL { try await fetch(to: download, context) }
                let path = isURL ? download : source
                if let digest {
                    let actual = try FileDigest.sha256(path)
                    guard actual == digest else { throw ModelError("\(source) is not used: its SHA-256 checksum is \(actual)") }
                }
                context.detail("unpacking \(source)")
                try await place.install(TarArchive(path: path, name: source, sizeLimit: Self.sizeLimit))
                context.note("the models are in \(place.path)")
            }
        }
    }

    private func fetch(to path: String, _ context: CommandContext) async throws {
        context.note("fetching \(source)")
        var request = HTTPClientRequest(.get, source)
        request.destination = .file(path: path)
        request.responseLimit = Self.sizeLimit
        request.redirects = .followed(limit: 10)
        request.timeout = nil
        request.stallTimeout = .seconds(60)
        do throws(HTTPClientError) {
            let answer = try await HTTPClient(authorities: authorities).send(request)
            guard answer.status.code == 200 else { throw .failed("the server answered \(answer.status.code)") }
        } catch {
            throw ModelError("\(source): \(error)")
        }
    }
}
