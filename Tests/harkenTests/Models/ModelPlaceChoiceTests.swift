import HarkenTesting
import Testing

@testable import harken

@Suite struct `The choice of the folder of models` {
    private let folder = TemporaryFolder()

    @Test(arguments: [["list"], ["verify"], ["test"], ["fetch"], ["remove"], ["add", "x"], ["install", "x"], ["use", "default"]])
    func `reads no settings before the command runs`(words: [String]) {
        let file = folder.path(of: "nowhere")
        guard case .run = CommandTable.request(["models"] + words + ["--config", file], environment: ["HOME": folder.path]) else {
            Issue.record("the file of settings is read before a signal can end the wait for it")
            return
        }
    }

    @Test func `is the option, then the file of settings`() throws {
        let file = try folder.write("HARKEN_MODELS=/settings\n".utf8, as: "harken.conf"), environment = ["HOME": folder.path]
        func place(_ words: String...) throws -> String {
            try ModelPlaceChoice(Arguments(words, for: ModelsList.description, environment: environment)).place().path
        }
        #expect(try place("--config", file) == "/settings")
        #expect(try place("--config", file, "--models", "/option") == "/option")
        #expect(throws: UsageError.self) { try place("--config", folder.path(of: "nowhere")) }
    }
}
