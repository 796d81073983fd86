import LocalEngine

/// A part of the models folder, as the user sees it.
enum ModelPart: CaseIterable {
    case runtime, english, multilingual, alignment, voiceActivity, endOfTurn, speakers, identity, segmentation, meaning

    var name: String {
        switch self {
        case .runtime: "ONNX Runtime"
        case .english: "Moonshine base"
        case .multilingual: "Whisper base"
        case .alignment: "PocketSphinx"
        case .voiceActivity: "Silero"
        case .endOfTurn: "Smart Turn"
        case .speakers: "ECAPA-TDNN"
        case .identity: "CAM++"
        case .segmentation: "pyannote segmentation"
        case .meaning: "MiniLM"
        }
    }

    var purpose: String {
        switch self {
        case .runtime: "runs the models"
        case .english: "English speech to text"
        case .multilingual: "speech in other languages"
        case .alignment: "times of words"
        case .voiceActivity: "speech or silence"
        case .endOfTurn: "end of a speaker's turn"
        case .speakers: "telling voices apart"
        case .identity: "knowing a voice again"
        case .segmentation: "two speakers at once"
        case .meaning: "search by meaning"
        }
    }

    /// The files without which the part cannot be used.
    var items: [ModelFolder.Item] {
        switch self {
        case .runtime: [.runtime]
        case .english: [.encoder, .decoder, .tokenTable]
        case .multilingual: ModelFolder.Item.multilingual
        case .alignment: [.alignerLibrary, .alignerModel, .alignerDictionary]
        case .voiceActivity: [.voiceActivity]
        case .endOfTurn: [.endOfTurn]
        case .speakers: [.speakerEmbedder]
        case .identity: [.secondSpeakerEmbedder]
        case .segmentation: [.segmentation]
        case .meaning: [.sentenceEmbedder, .sentenceVocabulary]
        }
    }

    /// True if the folder need not have the part.
    var isOptional: Bool { self == .multilingual }

    /// True if a file of the folder belongs to the part.
    func has(_ path: String) -> Bool {
        items.contains { $0.rawValue == path } || (self == .alignment && path.hasPrefix("models/align-en-us/"))
    }
}
