import Glibc

/// The folder that set-up fills with the speech runtime and its models.
package struct ModelFolder: Sendable, Hashable {
    /// A file of the folder.
    package enum Item: String, Sendable, CaseIterable {
        case runtime = "lib/libonnxruntime.so"
        case alignerLibrary = "lib/libpocketsphinx.so"
        case encoder = "models/moonshine-base-en/encoder.onnx"
        case decoder = "models/moonshine-base-en/decoder.onnx"
        case tokenTable = "models/moonshine-base-en/tokenizer.bin"
        case whisperEncoder = "models/whisper-base/encoder.onnx"
        case whisperDecoder = "models/whisper-base/decoder.onnx"
        case whisperTokens = "models/whisper-base/tokens.txt"
        case alignerModel = "models/align-en-us/mdef"
        case alignerDictionary = "models/align-en-us/cmudict-en-us.dict"
        case voiceActivity = "models/silero_vad.onnx"
        case endOfTurn = "models/smart-turn-v3.2-cpu.onnx"
        case speakerEmbedder = "models/ecapa-voxceleb.onnx"
        case secondSpeakerEmbedder = "models/campplus-zh-en.onnx"
        case segmentation = "models/pyannote-segmentation-3.0.onnx"
        case sentenceEmbedder = "models/minilm/model.onnx"
        case sentenceVocabulary = "models/minilm/vocab.txt"

        /// Files of the model that recognizes other languages than English. A folder has them once the model was added.
        package static let multilingual: [Item] = [.whisperEncoder, .whisperDecoder, .whisperTokens]
        /// Files that a folder may lack because set-up did not make them before version 0.2. Without them, voices are told apart less well.
        package static let optional: [Item] = [.secondSpeakerEmbedder, .segmentation]
        /// Files that every folder has.
        package static let required = allCases.filter { !(optional + multilingual).contains($0) }
        /// Files that recognition needs. The other files are for telling voices apart and for search by meaning.
        package static let recognition = required.filter { ![.speakerEmbedder, .sentenceEmbedder, .sentenceVocabulary].contains($0) }
    }

    package let path: String

    package init(_ path: String) { self.path = path }

    /// Makes the folder that is used: `HARKEN_MODELS`; otherwise `models-v1` in `HARKEN_CACHE`; otherwise in `harken` in the user's cache folder, where
    /// set-up puts the models; otherwise, where that folder is missing, the one that is installed with the program.
    ///
    /// - Parameter installed: the folder that is installed with the program.
    package init(environment: [String: String], installed: ModelFolder? = .installed) {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let models = value("HARKEN_MODELS") {
            path = models
        } else if let cache = value("HARKEN_CACHE") {
            path = cache + "/models-v1"
        } else {
            let own = (value("XDG_CACHE_HOME") ?? (value("HOME") ?? "") + "/.cache") + "/harken/models-v1"
            path = installed.map { access(own, F_OK) != 0 && access($0.path, F_OK) == 0 ? $0.path : own } ?? own
        }
    }

    /// The folder of an installed package: `share/harken/models-v1` beside the folder `lib/harken` that has the program. Nil if the program's path cannot
    /// be read.
    package static var installed: ModelFolder? {
        guard let program = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(program) }
        let parts = String(cString: program).split(separator: "/").dropLast(3)
        return ModelFolder("/" + (parts + ["share", "harken", "models-v1"]).joined(separator: "/"))
    }

    package func path(of item: Item) -> String { path + "/" + item.rawValue }

    /// The folder of the aligner's acoustic model and dictionary.
    package var alignerFolder: String { path + "/models/align-en-us" }

    /// Returns the contents of a small file.
    static func contents(ofFile path: String) throws(InferenceError) -> [UInt8] {
        guard let file = fopen(path, "rb") else { throw InferenceError(unopened: path) }
        defer { fclose(file) }
        var contents: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&block, 1, block.count, file), count > 0 { contents += block[..<count] }
        return contents
    }

    /// Returns why the first of these files cannot be used, in words; nil when all can be read.
    package func problem(_ items: [Item] = Item.required) -> String? {
        for path in items.map(path(of:)) where access(path, R_OK) != 0 {
            return errno == EACCES ? "\(path) cannot be read: permission denied" : "\(path) is missing"
        }
        return nil
    }

    /// Throws for the first of these files that is missing or cannot be read.
    func check(_ items: [Item]) throws(InferenceError) {
        for path in items.map(path(of:)) where access(path, R_OK) != 0 { throw InferenceError(unopened: path) }
    }

    /// Returns the paths of the files that are missing or cannot be read.
    package func missing(_ items: [Item] = Item.required) -> [String] {
        items.map(path(of:)).filter { access($0, R_OK) != 0 }
    }
}
