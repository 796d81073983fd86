import Foundation
import FoundationNetworking
import HarkenTesting
import LocalEngine
import Testing

@testable import harken

@Suite(.needs(BuiltProgram.isThere, "the program is not built beside the tests"), .hangLimit)
struct `The program` {
    private let folder = TemporaryFolder()
    private var environment: [String: String] { ["HOME": folder.path, "HARKEN_DATA": folder.path(of: "data")] }

    private func run(_ words: String...) async throws -> ChildProcess.Outcome {
        try await BuiltProgram.run(words, environment: environment)
    }

    @Test func `says its version and its help on standard output`() async throws {
        for word in ["--version", "-V", "version"] {
            let version = try await run(word)
            #expect(version.status == 0)
            #expect(version.output == "harken \(Version.current)\n")
        }
        let help = try await run("transcribe", "--help")
        #expect(help.status == 0)
        #expect(help.output.hasPrefix("Usage: harken transcribe FILE…"))
        #expect(help.diagnostics.isEmpty)
    }

    @Test func `takes the flags of every command before and after the command`() async throws {
        #expect(try await run("-q", "keys", "list").diagnostics == "")
        #expect(try await run("keys", "list", "--quiet").diagnostics == "")
        #expect(try await run("-v", "keys", "list").diagnostics.contains("no keys yet"))
        #expect(try await run("-v", "keys", "list", "-q").status == 2)
        #expect(try await run("-v").status == 2)
    }

    @Test func `writes the manual's pages into a folder`() async throws {
        let outcome = try await run("man", "--directory", folder.path)
        #expect(outcome.status == 0, "\(outcome.diagnostics)")
        let pages = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("harken") }
        #expect(pages.count == CommandTable.all.count + 2)
        #expect(try await run("man", "keys", "create").output == String(contentsOfFile: folder.path(of: "harken-keys-create.1"), encoding: .utf8))
    }

    @Test(.needs((try? ChildProcess.run(["openssl", "version"]))?.status == 0, "openssl is missing"))
    func `calls a certificate untrusted, and trusts an authority that is given`() async throws {
        let certificate = folder.path(of: "certificate.pem"), key = folder.path(of: "key.pem")
        let made = try ChildProcess.run([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
        ])
        try #require(made.status == 0, "\(made.diagnostics)")
        let gateway = try BuiltProgram.start(
            ["serve", "--listen", "127.0.0.1:0", "--tls-cert", certificate, "--tls-key", key], environment: environment)
        defer { gateway.signal(SIGTERM) }
        let url = try #require(try await gateway.line(beginning: "harken: ready on "))
        let sound = try folder.write(WaveFile.silence(seconds: 1), as: "sound.wav")
        for words in [["engines"], ["live", sound]] {
            let refused = try await BuiltProgram.run(words + ["--url", url], environment: environment)
            #expect(refused.diagnostics.contains("the certificate of \(url) is not trusted (self-signed certificate)"))
            let trusted = try await BuiltProgram.run(words + ["--ca", certificate], environment: environment.merging(["HARKEN_URL": url]) { $1 })
            #expect(!trusted.diagnostics.contains("certificate"))
        }
    }

    @Test(arguments: [["version"], ["--help"], ["usage", "--help"], ["config", "show"], ["completion", "bash"], ["doctor"]])
    func `fails and says why where nobody can take its results`(words: [String]) async throws {
        let program = try ChildProcess(["/bin/sh", "-c", #"exec "$0" "$@" > /dev/full"#, BuiltProgram.path] + words, environment: environment)
        let outcome = await program.outcome()
        #expect(outcome.status == 1)
        #expect(outcome.diagnostics.contains(": cannot write standard output: no space left on device\n"))
    }

    @Test(arguments: [["version"], ["--help"], ["config", "show"]])
    func `fails in silence where the reader of its results has left`(words: [String]) async throws {
        // The pipe takes nothing more only once its reader has ended.
        let script = #"trap '' PIPE; (while printf x; do :; done 2>/dev/null; "$0" "$@"; echo "status $?" >&2) | true"#
        let outcome = await (try ChildProcess(["/bin/sh", "-c", script, BuiltProgram.path] + words, environment: environment)).outcome()
        #expect(outcome.diagnostics == "status 1\n")
    }

    @Test(arguments: [[], ["kyes"], ["keys"], ["keys", "create", "--nmae", "x"], ["transcribe"], ["serve", "--listen", "nonsense"]])
    func `answers a wrong line on standard error, with status 2`(words: [String]) async throws {
        let outcome = try await BuiltProgram.run(words, environment: environment)
        #expect(outcome.status == 2)
        #expect(outcome.output.isEmpty)
        #expect(outcome.diagnostics.contains("harken"))
    }

    @Test func `makes, lists and revokes keys`() async throws {
        let created = try await run("keys", "create", "--name", "phone", "--user", "ann")
        #expect(created.status == 0)
        let key = created.output.trimmingCharacters(in: .newlines)
        #expect(key.hasPrefix("hk_"))
        #expect(created.output == key + "\n")
        #expect(!created.diagnostics.contains(key))

        let second = try await run("keys", "create", "--json")
        let object = try #require(JSONSerialization.jsonObject(with: Data(second.output.utf8)) as? [String: Any])
        let id = try #require(object["id"] as? String)
        #expect((object["key"] as? String)?.hasPrefix("hk_") == true)

        let listed = try await run("keys", "list")
        #expect(listed.output.contains("phone"))
        #expect(listed.output.contains(id))
        #expect(!listed.output.contains(key))

        #expect(try await run("keys", "revoke", id).status == 0)
        #expect(try await run("keys", "revoke", "key_none").status == 1)
        let after = try await run("keys", "list", "--json")
        let keys = try #require(JSONSerialization.jsonObject(with: Data(after.output.utf8)) as? [[String: Any]])
        #expect(keys.count == 2)
        #expect(keys.first { $0["id"] as? String == id }?["revoked_at"] is String)
    }

    @Test func `makes keys in many processes at once, in a directory that none of them finds`() async throws {
        let environment = environment
        let keys = try await withThrowingTaskGroup(of: ChildProcess.Outcome.self) { group in
            for _ in 0..<8 { group.addTask { try await BuiltProgram.run(["keys", "create"], environment: environment) } }
            var keys: Set<String> = []
            for try await outcome in group {
                #expect(outcome.status == 0, "\(outcome.diagnostics)")
                keys.insert(outcome.output)
            }
            return keys
        }
        #expect(keys.count == 8)
        let listed = try await run("keys", "list", "--json")
        #expect((try JSONSerialization.jsonObject(with: Data(listed.output.utf8)) as? [Any])?.count == 8)
    }

    @Test func `tells each file that cannot be transcribed, with status 1`() async throws {
        let outcome = try await BuiltProgram.run(["transcribe", "nowhere.wav"], environment: environment)
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        #expect(outcome.diagnostics.hasPrefix("harken transcribe: "))
    }

    @Test(.needs(ModelFolder(environment: ProcessInfo.processInfo.environment).missing().isEmpty, "the models are not there: make setup"))
    func `transcribes a recording, and the others when one fails`() async throws {
        let models = ModelFolder(environment: ProcessInfo.processInfo.environment).path
        let file = models + "/test-audio/beckett.wav"
        let outcome = try await BuiltProgram.run(
            ["transcribe", "--json", "nowhere.wav", file], environment: environment.merging(["HARKEN_MODELS": models]) { $1 })
        #expect(outcome.status == 1)
        #expect(outcome.diagnostics == "harken transcribe: nowhere.wav: no such file or directory\n")
        let object = try #require(JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        #expect(object["file"] as? String == file)
        #expect((object["text"] as? String)?.lowercased().contains("fail better") == true)
        #expect((object["words"] as? [Any])?.count ?? 0 > 8)
        let duration = try #require(object["duration"] as? Double)
        #expect(abs(duration - 9.96) < 0.1)
    }

    @Test(.needs(ModelFolder(environment: ProcessInfo.processInfo.environment).missing().isEmpty, "the models are not there: make setup"))
    func `ends a transcription with 130 when it is interrupted`() async throws {
        let models = ModelFolder(environment: ProcessInfo.processInfo.environment).path
        // More than can be done before the signal comes, which follows the first transcript.
        let recordings = Array(repeating: models + "/test-audio/beckett.wav", count: 300)
        let program = try BuiltProgram.start(
            ["transcribe"] + recordings, environment: environment.merging(["HARKEN_MODELS": models]) { $1 })
        try await until { !program.output.isEmpty || !program.isRunning }
        program.signal(SIGINT)
        #expect(await program.outcome().status == 130)
    }

    @Test(arguments: [SIGINT, SIGTERM]) func `ends with 130 and leaves nothing when a signal ends the wait for a pipe`(signal: Int32) async throws {
        let pipe = folder.path(of: "pipe"), output = folder.path(of: "words.txt"), copies = folder.path(of: "copies")
        try FileManager.default.createDirectory(atPath: copies, withIntermediateDirectories: false)
        try #require(mkfifo(pipe, 0o600) == 0)
        let program = try BuiltProgram.start(
            ["transcribe", pipe, "--engine", "deepgram", "-o", output],
            environment: environment.merging(["DEEPGRAM_API_KEY": "x", "DEEPGRAM_BASE_URL": "http://127.0.0.1:1", "TMPDIR": copies]) { $1 })
        func left() -> [String] { (try? FileManager.default.contentsOfDirectory(atPath: copies)) ?? [] }
        try await until { !left().isEmpty || !program.isRunning }
        program.signal(signal)
        #expect(await program.outcome().status == 130)
        #expect(left() == [])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("words") } == [])
    }

    @Test(arguments: [SIGINT, SIGTERM]) func `ends the wait of a models command for a pipe of settings with 130`(signal: Int32) async throws {
        let pipe = folder.path(of: "pipe")
        try #require(mkfifo(pipe, 0o600) == 0)
        let program = try BuiltProgram.start(["models", "list", "--config", pipe], environment: environment)
        var writer: Int32 = -1
        // The opening fails until somebody reads the pipe.
        try await until {
            writer = open(pipe, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
            return writer >= 0 || !program.isRunning
        }
        try #require(writer >= 0, "\(program.diagnostics)")
        defer { close(writer) }
        program.signal(signal)
        let outcome = await program.outcome()
        #expect(outcome.status == 130 && outcome.output == "", "\(outcome)")
        let unread = try await run("models", "list", "--config", folder.path(of: "nowhere"))
        #expect(unread.status == 2 && unread.diagnostics.contains("nowhere: no such file or directory"), "\(unread)")
    }

    @Test(arguments: [SIGINT, SIGTERM], ["pipe", "-"])
    func `ends live captions of a silent pipe with 130 at one signal`(signal: Int32, input: String) async throws {
        let gateway = try await TestGateway(settings: ["HARKEN_GATE": "off"]), pipe = folder.path(of: "pipe"), isInput = input == "-"
        try #require(mkfifo(pipe, 0o600) == 0)
        let program = try ChildProcess(
            [
                "/bin/sh", "-c", isInput ? #"exec "$0" live - --url "$1" --speed 20 < "$2""# : #"exec "$0" live "$2" --url "$1" --speed 20"#,
                BuiltProgram.path, gateway.url, pipe,
            ], environment: environment)
        var writer: Int32 = -1
        // The opening fails until somebody reads the pipe.
        try await until {
            writer = open(pipe, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
            return writer >= 0 || !program.isRunning
        }
        try #require(writer >= 0, "\(program.diagnostics)")
        defer { close(writer) }
        if isInput {
            // The header tells of more than comes.
            let sound = Array(WaveFile.silence(seconds: 4).prefix(48_044))
            let count = write(writer, sound, sound.count)
            try #require(count == sound.count)
            try await until {
                var left: Int32 = 0
                return ioctl(writer, UInt(FIONREAD), &left) == 0 && left == 0 || !program.isRunning
            }
        }
        program.signal(signal)
        let outcome = await program.outcome()
        #expect(outcome.status == 130 && outcome.diagnostics == "", "\(outcome)")
        // How many of the words are final by then depends on the machine.
        #expect(isInput || outcome.output == "", "\(outcome)")
    }

    @Test(arguments: ["nowhere.wav", "text.wav"]) func `leaves an older file when the input is wrong`(name: String) async throws {
        _ = try folder.write("no audio".utf8, as: "text.wav")
        let old = try folder.write("old".utf8, as: "keep.srt")
        let outcome = try await BuiltProgram.run(
            ["transcribe", folder.path(of: name), "--engine", "deepgram", "--format", "srt", "-o", old],
            environment: environment.merging(["DEEPGRAM_API_KEY": "x", "DEEPGRAM_BASE_URL": "http://127.0.0.1:1"]) { $1 })
        #expect(outcome.status == 1)
        #expect(try String(contentsOfFile: old, encoding: .utf8) == "old")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("keep") } == ["keep.srt"])
    }

    @Test(
        .needs(ModelFolder(environment: ProcessInfo.processInfo.environment).missing().isEmpty, "the models are not there: make setup"),
        arguments: [SIGINT, SIGTERM, SIGKILL])
    func `leaves an older file and what it has recognized when a signal ends it, and goes on there`(signal: Int32) async throws {
        let models = ModelFolder(environment: ProcessInfo.processInfo.environment).path
        let recording = models + "/test-audio/beckett.wav", old = try folder.write("old".utf8, as: "all.txt")
        let words = ["transcribe"] + Array(repeating: recording, count: 12) + ["-o", old]
        let environment = environment.merging(["HARKEN_MODELS": models]) { $1 }
        let program = try BuiltProgram.start(words, environment: environment)
        func partial() -> String { (try? String(contentsOfFile: old + ".partial", encoding: .utf8)) ?? "" }
        try await until { partial().contains("==>") || !program.isRunning }
        program.signal(signal)
        let outcome = await program.outcome()
        try #require(outcome.status != 0, "the command ended before the signal")
        #expect(try String(contentsOfFile: old, encoding: .utf8) == "old")
        if signal != SIGKILL { #expect(outcome.diagnostics.contains("all.txt.partial has")) }
        let resumed = try await BuiltProgram.run(words + ["--resume"], environment: environment)
        #expect(resumed.status == 0, "\(resumed.diagnostics)")
        let one = try await BuiltProgram.run(["transcribe", recording], environment: environment).output
        #expect(try String(contentsOfFile: old, encoding: .utf8) == String(repeating: "==> \(recording) <==\n" + one, count: 12))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("all") } == ["all.txt"])
    }

    @Test func `says that a recording has no sound, and asks no engine about it`() async throws {
        let path = try folder.write(WaveFile.bytes([]), as: "header.wav")
        let outcome = try await BuiltProgram.run(
            ["transcribe", path, "--engine", "deepgram"],
            environment: environment.merging(["DEEPGRAM_API_KEY": "x", "DEEPGRAM_BASE_URL": "http://127.0.0.1:1"]) { $1 })
        #expect(outcome.status == 1 && outcome.output.isEmpty)
        #expect(outcome.diagnostics.contains("the recording has no sound, only a header"), "\(outcome)")
    }

    @Test func `tells what an installation lacks, with status 1`() async throws {
        let outcome = try await BuiltProgram.run(["doctor"], environment: environment.merging(["HARKEN_MODELS": "/nowhere"]) { $1 })
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("\nmissing  models"))
        #expect(outcome.output.contains("harken models install"))
        let engines = try await BuiltProgram.run(["engines", "--json"], environment: environment.merging(["HARKEN_MODELS": "/nowhere"]) { $1 })
        #expect(engines.status == 0)
        let rows = try #require(JSONSerialization.jsonObject(with: Data(engines.output.utf8)) as? [[String: Any]])
        #expect(rows.first { $0["name"] as? String == "local" }?["available"] as? Bool == false)
    }

    @Test func `serves until it is told to end`() async throws {
        let gateway = try BuiltProgram.start(["serve", "--listen", "127.0.0.1:0"], environment: environment)
        let address = try #require(try await gateway.line(beginning: "harken: ready on "))
        let url = try #require(URL(string: address + "/health"))
        let (_, response) = try await URLSession.shared.data(from: url)
        #expect((response as? HTTPURLResponse)?.statusCode == 200)

        let port = address.split(separator: ":").last.map(String.init) ?? ""
        let samePort = try await run("serve", "--listen", "127.0.0.1:" + port, "--data", folder.path(of: "other"))
        #expect(samePort.status == 1)
        #expect(samePort.diagnostics.contains("port \(port) is in use"))
        let sameData = try await run("serve", "--listen", "127.0.0.1:0")
        #expect(sameData.status == 1)
        #expect(sameData.diagnostics.contains("another harken serve"))

        gateway.signal(SIGTERM)
        let outcome = await gateway.outcome()
        #expect(outcome.status == 0)
    }

    @Test func `logs what it starts with, and warns when no engine can be used`() async throws {
        let environment = environment.merging(["HARKEN_MODELS": "/nowhere"]) { $1 }
        let gateway = try BuiltProgram.start(["serve", "--listen", "127.0.0.1:0"], environment: environment)
        _ = try #require(try await gateway.line(beginning: "harken: ready on "))
        _ = try #require(try await gateway.line(beginning: #"{"time":"# + "\"", containing: "no engine can be used"))
        gateway.signal(SIGTERM)
        let lines = await gateway.outcome().diagnostics.split(separator: "\n").filter { $0.hasPrefix("{") }
        let objects = try lines.map { try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: String]) }
        let started = try #require(objects.first { $0["message"] == "gateway started" })
        #expect(
            started["version"] == Version.current && started["engines"] == "local=unavailable" && started["access"] == "everybody on this machine")
        #expect(
            objects.contains { $0["message"] == "engine cannot be used" && $0["level"] == "warning" && $0["reason"]?.contains("is missing") == true })
        #expect(objects.last?["message"] == "gateway stopped")
    }

    @Test func `exits when it needs an engine and none can be used`() async throws {
        let outcome = try await BuiltProgram.run(
            ["serve", "--listen", "127.0.0.1:0", "--require-engine"], environment: environment.merging(["HARKEN_MODELS": "/nowhere"]) { $1 })
        #expect(outcome.status == 1)
        #expect(outcome.diagnostics.contains("no engine can be used (--require-engine)") && !outcome.diagnostics.contains("ready on"))
    }

    @Test func `ends with 130 when it is interrupted`() async throws {
        let gateway = try BuiltProgram.start(["serve", "--listen", "127.0.0.1:0"], environment: environment)
        _ = try #require(try await gateway.line(beginning: "harken: ready on "))
        gateway.signal(SIGINT)
        #expect(await gateway.outcome().status == 130)
    }

    @Test func `does not serve others before a key exists`() async throws {
        let rejected = try await run("serve", "--listen", "0.0.0.0:0")
        #expect(rejected.status == 1)
        #expect(rejected.diagnostics.contains("harken keys create"))
        _ = try await run("keys", "create")
        let gateway = try BuiltProgram.start(["serve", "--listen", "0.0.0.0:0"], environment: environment)
        #expect(try await gateway.line(beginning: "harken: ready on http://0.0.0.0:") != nil)
        gateway.signal(SIGTERM)
        #expect(await gateway.outcome().status == 0)
    }

    @Test(arguments: [
        (["--config", "/nowhere"], "--config /nowhere"), (["--drain-seconds", "-1"], "--drain-seconds"), (["--tls-cert", "x"], "--tls-key"),
        (["--listen", "127.0.0.1:99999"], "--listen"),
    ])
    func `names the setting that is wrong`(words: [String], name: String) async throws {
        let outcome = try await BuiltProgram.run(["serve"] + words, environment: environment)
        #expect(outcome.status == 2)
        #expect(outcome.diagnostics.contains(name))
        #expect(outcome.diagnostics.split(separator: "\n").count == 1)
    }
}
