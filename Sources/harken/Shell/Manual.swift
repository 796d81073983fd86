import Settings

struct Manual: Command {
    private static let directory = Option("--directory", short: "-d", "DIR", "Writes all pages into this directory, such as /usr/share/man/man1.")

    static let description = CommandDescription(
        name: "man", summary: "Print a page of the manual, or write all pages.",
        discussion: "Without a COMMAND the page is the program's. To read a page: harken man serve | man -l -",
        operands: .init(placeholder: "[COMMAND]", help: "The command, such as serve or keys create, or harken.conf for the settings.", count: 0...2),
        options: [directory])

    private let page: ManualPage
    private let directory: String?

    init(_ arguments: Arguments) throws(UsageError) {
        let name = arguments.operands.joined(separator: " ")
        directory = try arguments.value(Self.directory)
        let descriptions = CommandTable.all.map { $0.description }
        guard !name.isEmpty else {
            page = ManualPage(descriptions)
            return
        }
        if directory != nil { throw UsageError("--directory writes all pages; leave \(name) out") }
        if name == "harken.conf" {
            page = ManualPage(SettingsReference.groups)
            return
        }
        guard let command = descriptions.first(where: { $0.name == name }) else {
            throw UsageError("there is no command \(name)" + Suggestion.text(for: name, among: descriptions.map(\.name)))
        }
        page = ManualPage(command)
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        do throws(OutputFileError) {
            guard let directory else {
                context.output.write(page.text)
                return .done
            }
            for page in [page, ManualPage(SettingsReference.groups)] + CommandTable.all.map({ ManualPage($0.description) }) {
                let path = directory + "/" + page.name
                try OutputFile.write(page.text, to: path, standard: context.output)
                context.detail(path)
            }
            return .done
        } catch {
            context.printError(Self.description, "\(error)")
            return .failed
        }
    }
}
