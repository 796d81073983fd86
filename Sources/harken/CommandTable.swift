import Settings

/// All commands, in the order of the help page.
enum CommandTable {
    static let all: [any Command.Type] = [
        Serve.self, Transcribe.self, Live.self, Record.self, Search.self, ConversationsList.self, ConversationsShow.self, ConversationsExport.self,
        ConversationsRename.self, ConversationsDelete.self, ConversationsDeleted.self, ConversationsRestore.self,
        PeopleList.self, PeopleAdd.self, PeopleName.self, PeopleRename.self, PeopleMerge.self, PeopleAdoptions.self,
        PeopleForget.self,
        PeopleEmbed.self,
        KeysCreate.self, KeysList.self, KeysRevoke.self,
        KeysTopUp.self, UsersList.self, UsersDelete.self, Usage.self, Prices.self, WebhooksList.self, WebhooksResend.self, WebhooksRemove.self,
        Engines.self,
        ModelsList.self,
        ModelsInstall.self, ModelsFetch.self, ModelsAdd.self,
        ModelsUse.self, ModelsTest.self, ModelsVerify.self, ModelsRemove.self, Export.self, Import.self, Backup.self, Restore.self, Migrate.self,
        Evaluate.self, Replay.self,
        Doctor.self,
        ConfigShow.self, ConfigCheck.self, ConfigSample.self, ConfigReference.self,
        Completion.self, Manual.self, PrintVersion.self,
    ]

    /// Earlier names of commands, which still work, with the present ones.
    private static let earlierNames = [["people", "delete"]: ["people", "forget"]]

    /// Commands under the names that other tools have for them.
    private static let namesElsewhere = [
        "listen": "live", "ls": "conversations list", "ps": "engines", "pull": "models fetch", "start": "serve", "status": "engines",
    ]

    /// The request of a command line.
    enum Request {
        case help(String)
        case run(any Command, Verbosity)
        /// The command line is wrong. The text is the usage, or one line that says what is wrong.
        case wrong(String)
    }

    static func request(_ words: [String], environment: [String: String]) -> Request {
        let descriptions = all.map { $0.description }
        // The flags of all commands may stand before the command too.
        let flags = words.prefix { word in [Flag.verbose, .quiet].contains { $0.name == word || $0.short == word } }
        var words = words.dropFirst(flags.count) + (words.count > flags.count ? flags : [])
        if let name = earlierNames[Array(words.prefix(2))] { words = name + words.dropFirst(2) }
        guard let first = words.first else { return .wrong(HelpText.ofProgram(descriptions)) }
        switch first {
        case "--help", "-h", "help":
            let rest = words.dropFirst().joined(separator: " ")
            return rest.isEmpty ? .help(HelpText.ofProgram(descriptions)) : request(words.dropFirst() + ["--help"], environment: environment)
        case "--version", "-V": return request(["version"] + words.dropFirst(), environment: environment)
        default: break
        }
        if let command = all.first(where: { words.starts(with: $0.description.name.split(separator: " ").map(String.init)) }) {
            return request(Array(words), command, environment: environment)
        }
        let members = descriptions.filter { $0.name.hasPrefix(first + " ") }
        if !members.isEmpty { return request(Array(words), group: first, members) }
        let known = Set(descriptions.compactMap { $0.name.split(separator: " ").first.map(String.init) }).sorted()
        let suggestion = namesElsewhere[first].map { "; did you mean \($0)?" } ?? Suggestion.text(for: first, among: known)
        return .wrong("harken: there is no command \(TerminalText.word(first))" + suggestion + ending("harken --help"))
    }

    private static func request(_ words: [String], _ command: any Command.Type, environment: [String: String]) -> Request {
        let description = command.description
        do throws(UsageError) {
            let own = words.dropFirst(description.name.split(separator: " ").count)
            let arguments = try Arguments(Array(own), for: description, environment: environment)
            return arguments.asksForHelp ? .help(HelpText.of(description)) : .run(try command.init(arguments), Verbosity(arguments))
        } catch {
            return .wrong("harken \(description.name): \(TerminalText.message(error.description))" + ending("harken \(description.name) --help"))
        }
    }

    private static func request(_ words: [String], group: String, _ members: [CommandDescription]) -> Request {
        if words.contains("--help") || words.contains("-h") { return .help(HelpText.ofGroup(group, members)) }
        guard words.count > 1 else { return .wrong(HelpText.ofGroup(group, members)) }
        let known = members.map { String($0.name.dropFirst(group.count + 1)) }
        let suggestion = Suggestion.text(for: words[1], among: known)
        return .wrong("harken \(group): there is no command \(TerminalText.word(words[1]))" + suggestion + ending("harken \(group) --help"))
    }

    private static func ending(_ help: String) -> String { " (see: \(help))" }
}
