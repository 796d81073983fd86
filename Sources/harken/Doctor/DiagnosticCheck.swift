import Framing
import Gateway
import Glibc
import LocalEngine
import Net
import ObjectStorage
import Protocols
import Recorder
import Sessions
import Settings
import Speech
import Store
import Usage

/// Checks every part of an installation. Changes nothing.
struct DiagnosticCheck {
    let configuration: GatewayConfiguration
    let models: ModelFolder
    /// True to check all pages of the database, however long that takes.
    var isDeep = false

    func findings() async -> [Finding] {
        // Before the database is opened for changes: closing it then removes what a reader may leave.
        let room = DiskFindings(storage).all
        let prices = Self.prices(configuration.prices, engines: configuration.vendors.map(\.name), now: .now)
        return [program, memory, openFiles, libraries, modelFiles, runtime, aligner] + (await data()) + [await blobs()].compactMap(\.self)
            + room + [prices, await port, microphone].compactMap(\.self)
    }

    private var storage: StorageReport {
        var path = configuration.dataDirectory
        if access(path, F_OK) == 0 { return StorageMeter(of: DataDirectory(unchecked: path), models: models.path).report() }
        // A directory that does not exist yet will be on the disk of its nearest parent.
        while access(path, F_OK) != 0, errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex { path = String(path[..<slash]) }
        return StorageReport(disks: DiskSpace(of: path).map { [.init(path: path, space: $0, level: DiskLevel(of: $0))] } ?? [])
    }

    private var program: Finding { Finding("harken", .ok, "\(Version.current), \(Processors.count) processors") }

    private var memory: Finding {
        let mebibytes = (TextFile.read("/proc/meminfo").flatMap { Self.kibibytes("MemAvailable", in: $0) } ?? 0) / 1_024
        let remedy = "the local models take about 300 MiB; end other programs, or use a vendor's engine"
        return Finding("memory", mebibytes >= 1_200 ? .ok : .note(remedy), "\(mebibytes) MiB available")
    }

    private var openFiles: Finding {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let sessions = configuration.sessions(within: DescriptorBudget(limit: Int(clamping: limit.rlim_max)))
        let remedy = "for \(configuration.maxConnections) live sessions raise the hard limit (LimitNOFILE= of systemd, or ulimit -Hn)"
        return Finding(
            "open files", sessions >= configuration.maxConnections ? .ok : .note(remedy),
            "at most \(limit.rlim_max), room for \(sessions) live sessions")
    }

    /// Finding about the shared libraries. If one were missing, the program would not start at all.
    private var libraries: Finding {
        let versions = LoadedLibraries.versions(maps: TextFile.read("/proc/self/maps") ?? "")
        return Finding("libraries", .ok, LoadedLibraries.wanted.map { $0.dropFirst(3) + " " + (versions[$0] ?? "built in") }.joined(separator: ", "))
    }

    private var modelFiles: Finding {
        guard let problem = models.problem() else {
            guard let lacking = models.problem(ModelFolder.Item.optional) else { return Finding("models", .ok, models.path) }
            return Finding("models", .note("\(ModelError.remedy); until then speakers are told apart less well"), lacking)
        }
        let others = models.missing().count - 1
        return Finding("models", .missing(ModelFolder.remedy), others > 0 ? "\(problem), and \(others) more" : problem)
    }

    private var runtime: Finding {
        do {
            let runtime = try InferenceRuntime(path: models.path(of: .runtime))
            return Finding("speech runtime", .ok, runtime.path)
        } catch {
            return Finding("speech runtime", .missing(ModelError.remedy), "\(error)")
        }
    }

    private var aligner: Finding {
        do {
            _ = try AlignerLibrary(path: models.path(of: .alignerLibrary))
            return Finding("word aligner", .ok, models.path(of: .alignerLibrary))
        } catch {
            return Finding("word aligner", .note("\(ModelError.remedy); until then word times are estimates"), "\(error)")
        }
    }

    private func data() async -> [Finding] {
        let path = configuration.dataDirectory
        do throws(StoreError) {
            if let database = configuration.database {
                let server = try PostgresDatabase.server(at: database), risk = server.durability.risk
                return [Finding("database", risk.map { .note($0) } ?? .ok, "PostgreSQL \(server.version) at \(database)")]
            }
            guard let directory = try DataDirectory(existing: path) else {
                return [Finding("data directory", .ok, "\(path) has no data yet: harken serve creates it")]
            }
            let installation = try Installation(in: directory, checkTime: isDeep ? Self.deepCheckTime : .seconds(1))
            let keys = try installation.keys(hashing: OpenSSLHashing(), now: { .now })
            let state = try await keys.isEmpty() ? "no keys yet: only this machine is served" : "keys exist: only callers with a key are served"
            let detail = "\(path), \(state)" + (installation.check == .unfinished ? Self.partlyChecked(isDeep) : "")
            let parts = installation.foreignParts
            let found =
                parts.isEmpty
                ? Finding("data directory", .ok, detail)
                : Finding("data directory", .note(Self.foreignSchema), detail + "; other than here: \(parts.abridged())")
            let isErasing = try await installation.conversations(now: { .now }).isErasing()
            let erasing = isErasing ? Finding("deleted data", .note(Self.erasingRemedy), "not all that was deleted has left the disk") : nil
            return [found] + [erasing, try await unknownAudio(installation)].compactMap(\.self)
        } catch {
            if configuration.database != nil { return [Finding("database", .missing("correct HARKEN_DATABASE_URL or the server"), "\(error)")] }
            return [Finding("data directory", .missing("correct that, or choose another directory with --data or HARKEN_DATA"), "\(error)")]
        }
    }

    private static let erasingRemedy =
        "the gateway erases it within a minute; if this stays, end the program that reads the database"

    /// Returns the finding about audio of which the database knows nothing; nil when there is none, or when the audio is in a bucket, of which only a gateway
    /// reads the list.
    private func unknownAudio(_ installation: Installation) async throws(StoreError) -> Finding? {
        guard configuration.bucket == nil else { return nil }
        let blobs = installation.blobs.audio
        return Self.unknownAudio(try await UnknownAudio(among: blobs.all(), of: installation.conversations(now: { .now })), in: blobs.location)
    }

    static func unknownAudio(_ found: UnknownAudio, in folder: String) -> Finding? {
        guard found.files > 0 else { return nil }
        let remedy = "they stay, because a database that is restored later may have them; to delete them, see docs/operating.md"
        return Finding(
            "audio", .note(remedy), "\(found.files) files (\(ByteText.short(found.bytes))) in \(folder) belong to no conversation and no voice")
    }

    private static let foreignSchema = """
        the database was made by a build between two versions: save its users' data with harken export, and import it into a new data directory
        """

    /// Maximum time of a deep check of the database's pages.
    private static let deepCheckTime: Duration = .seconds(3_600)

    static func partlyChecked(_ isDeep: Bool) -> String {
        isDeep
            ? "; the database's pages were checked for an hour, not to the end"
            : "; the database is large and was checked in part: --deep checks all of it"
    }

    /// Returns the finding about the prices of the vendors that are used; nil when no vendor is used.
    static func prices(_ prices: PriceTable, engines: [EngineName], now: UnixTime) -> Finding? {
        guard !engines.isEmpty else { return nil }
        let valid = prices.valid(at: now).filter { engines.contains($0.engine) && $0.addOn == nil }
        let unknown = engines.filter { engine in !valid.contains { $0.engine == engine && $0.perHour != nil } }.map(\.rawValue)
        if let age = PriceAge(prices, of: engines, now: now) { return Finding("prices", .note(PriceAge.remedy), age.text) }
        guard unknown.isEmpty else {
            let remedy = "name the prices in a price file (HARKEN_PRICES); until then a budget in dollars does not count this work"
            return Finding("prices", .note(remedy), "no price is known for \(unknown.joined(separator: ", "))")
        }
        return Finding("prices", .ok, "\(valid.filter { $0.perHour != nil }.count) prices, none of them old")
    }

    /// Nil when there is no bucket.
    private func blobs() async -> Finding? {
        guard let bucket = configuration.bucket else { return nil }
        do {
            try await Bucket(at: bucket.address, as: bucket.credentials, through: HTTPClient()).check()
            return Finding("object storage", .ok, "\(bucket.address)")
        } catch {
            return Finding("object storage", .missing("correct HARKEN_BLOBS, the key or the server"), "\(error)")
        }
    }

    private var port: Finding {
        get async {
            let listen = configuration.listen, url = Self.url(of: listen, isSecure: configuration.tls != nil)
            do throws(GatewayError) {
                if try await GatewayHealth.ask(GatewayAddress(url)) != nil { return Finding("port", .ok, "a gateway answers at \(url)") }
            } catch {
                return Finding("port", .note("if another program uses this address, choose another one with HARKEN_LISTEN"), "\(error)")
            }
            guard Self.canListen(listen) else {
                return Finding(
                    "port", .note("choose another address with --listen or HARKEN_LISTEN; port 0 picks a free port"),
                    "\(listen.description) cannot be used as the listen address")
            }
            return Finding("port", .ok, "\(listen.description) is free; start the gateway with: harken serve")
        }
    }

    private static func url(of listen: ListenAddress, isSecure: Bool) -> String {
        let host = listen.host == "0.0.0.0" ? "127.0.0.1" : listen.host == "::" ? "::1" : listen.host
        return (isSecure ? "https://" : "http://") + ListenAddress(host: host, port: listen.port).description
    }

    /// Returns the finding about the gateway that should run with these settings. The address for monitoring is asked, where there is one. Every answer
    /// counts, also that of a gateway that drains, or wants a key.
    func gateway() async -> Finding {
        let monitoring = configuration.metricsListen
        let url = Self.url(of: monitoring ?? configuration.listen, isSecure: monitoring == nil && configuration.tls != nil)
        var request = HTTPClientRequest(.get, url + (monitoring == nil ? "/health" : "/ready"))
        request.connectTimeout = .seconds(2)
        request.timeout = .seconds(5)
        do {
            _ = try await GatewayAddress(url).client().send(request)
            return Finding("gateway", .ok, "a gateway answers at \(url)")
        } catch {
            return Finding("gateway", .missing("start the gateway with: harken serve"), "no gateway answers at \(url): \(error)")
        }
    }

    private var microphone: Finding {
        do throws(CaptureError) {
            let device = try Capture.devices().device(nil)
            return Finding("microphone", .ok, device.name)
        } catch {
            return Finding("microphone", .note("only harken live --microphone and harken record need a microphone"), "\(error)")
        }
    }

    static func kibibytes(_ name: String, in text: String) -> Int? {
        let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    }

    private static func canListen(_ address: ListenAddress) -> Bool {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address.host, "\(address.port)", &hints, &found) == 0, let found else { return false }
        defer { freeaddrinfo(found) }
        let descriptor = socket(found.pointee.ai_family, found.pointee.ai_socktype, 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // The gateway sets this option too, so that connections that have just ended do not block the address.
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        return bind(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0 && Glibc.listen(descriptor, 1) == 0
    }
}
