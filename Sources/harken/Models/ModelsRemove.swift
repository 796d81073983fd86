struct ModelsRemove: Command {
    static let description = CommandDescription(
        name: "models remove", summary: "Delete the local models.",
        discussion: "Deletes the files that the folder's manifest names, and nothing else. A gateway that runs keeps the models that it has loaded.",
        options: ModelPlaceChoice.options + [Confirmation.yes])

    private let choice: ModelPlaceChoice
    private let confirmation: Confirmation

    init(_ arguments: Arguments) throws(UsageError) {
        choice = try ModelPlaceChoice(arguments)
        confirmation = Confirmation(arguments)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context, in: choice) { place in
            let manifest = try place.manifest()
            try confirmation.ask("Delete the models in \(place.path)?", context)
            try await place.locked {
                if try place.remove(manifest) {
                    context.note("the models in \(place.path) are deleted")
                } else {
                    context.note("the models are deleted; \(place.path) has other files, which stay")
                }
            }
        }
    }
}
