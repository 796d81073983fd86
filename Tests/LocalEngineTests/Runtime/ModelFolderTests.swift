import LocalEngine
import Testing

@Suite struct `Models folder` {
    @Test(arguments: [
        (["HARKEN_MODELS": "/m", "HARKEN_CACHE": "/c"], "/m"),
        (["HARKEN_CACHE": "/c", "XDG_CACHE_HOME": "/x"], "/c/models-v1"),
        (["HARKEN_MODELS": "", "XDG_CACHE_HOME": "/x", "HOME": "/h"], "/x/harken/models-v1"),
        (["HOME": "/h"], "/h/.cache/harken/models-v1"),
    ])
    func `is where the environment says`(environment: [String: String], path: String) {
        #expect(ModelFolder(environment: environment, installed: nil).path == path)
        // A package's models are used where nothing else says which, and the user has none.
        let usesPackage = environment["HARKEN_MODELS", default: ""].isEmpty && environment["HARKEN_CACHE"] == nil
        #expect(ModelFolder(environment: environment, installed: ModelFolder("/tmp")).path == (usesPackage ? "/tmp" : path))
        #expect(ModelFolder(environment: environment, installed: ModelFolder("/nowhere")).path == path)
    }

    @Test func `of a package is beside the folder of the program`() throws {
        let installed = try #require(ModelFolder.installed)
        #expect(installed.path.hasSuffix("/share/harken/models-v1"))
    }

    @Test func `says exactly which files are missing`() {
        let folder = ModelFolder("/nowhere")
        #expect(folder.missing([.runtime, .tokenTable]) == ["/nowhere/lib/libonnxruntime.so", "/nowhere/models/moonshine-base-en/tokenizer.bin"])
        #expect(folder.missing().count == ModelFolder.Item.required.count)
    }

    @Test func `a missing runtime is an error that names the file and the remedy`() {
        let error = #expect(throws: InferenceError.missingFile("/nowhere/lib/libonnxruntime.so")) {
            try InferenceRuntime(path: ModelFolder("/nowhere").path(of: .runtime))
        }
        #expect(error?.description.contains("harken models install") == true)
    }

    @Test func `a file that is not a library is an error that says so`() {
        #expect(throws: InferenceError.self) { try InferenceRuntime(path: "/etc/hostname") }
    }
}
