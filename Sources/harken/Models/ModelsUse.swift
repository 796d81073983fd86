import LocalEngine
import Speech

struct ModelsUse: Command {
    static let description = CommandDescription(
        name: "models use", summary: "Choose the local model for each language.",
        discussion: """
            LANGUAGE=MODEL entries with commas, * for all other languages: en=moonshine-base,*=whisper-base. A language without a model is refused. \
            "default" drops the choice. The choice is kept in the folder of models; HARKEN_LOCAL_MODELS overrides it. A gateway takes the choice over at \
            its next start.
            """,
        operands: .init(placeholder: "MODELS", help: "The models by language, or default.", count: 1...1), options: ModelPlaceChoice.options)

    private static let standard = "default"

    private let placeChoice: ModelPlaceChoice
    /// nil: the choice is dropped.
    private let choice: String?
    private let languages: LocalLanguages

    init(_ arguments: Arguments) throws(UsageError) {
        placeChoice = try ModelPlaceChoice(arguments)
        let text = arguments.operands.joined()
        choice = text == Self.standard ? nil : text
        guard let languages = choice.map(LocalLanguages.init(models:)) ?? .standard else {
            throw UsageError("\"\(text)\" is not a list of models by language; accepted: \(LocalLanguages.acceptedModels)")
        }
        self.languages = languages
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context, in: placeChoice) { place in
            _ = try place.manifest()
            let known = WhisperFacts(of: place.folder)?.codes ?? []
            guard !languages.codes(known: known).isEmpty else {
                throw ModelError("Whisper base is not in \(place.path), so no language would be left; get the model with: harken models fetch")
            }
            try ModelChoice(in: place.folder).set(choice)
            context.note(choice.map { "the local models are now \($0)" } ?? "the local models are the default ones again")
        }
    }
}
