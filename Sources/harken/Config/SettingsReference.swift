import Settings

/// The texts that are made from the table of settings.
enum SettingsReference {
    /// The page `docs/configuration.md`.
    static let markdown = """
        # Configuration

        This page is made from the code: `harken config reference > docs/configuration.md`.

        Command-line options override the environment, and the environment overrides the `NAME=value` lines of `--config FILE`. A wrong value stops \
        the start; the message names the setting and the accepted values. Lists are separated by commas.

        In a file, lines that begin with `#` are comments, a `#` after a blank begins one too, a line may begin with `export`, and a value may be in \
        quotes, as in a shell. Files in UTF-8 from any system are read: with line ends of Windows, and with a byte order mark. A name that is not a \
        setting stops the start. In the environment, names that look like misspelt settings are logged.

        Blanks and line ends around a value do not count. The same holds for quotation marks around a key. A key that cannot be sent stops the start: \
        one with a second line, a blank inside, an ellipsis, or a character that is not ASCII. The message names the setting and shows no part of the \
        key; `harken config check` and `harken doctor` say the same.

        | command | what it does |
        |---|---|
        | `harken config show` | shows the value of every setting, and where it comes from |
        | `harken config check [FILE]` | checks settings without starting the gateway |
        | `harken config sample` | prints a file in which every setting is a comment |


        """ + groups.map(section).joined(separator: "\n")

    /// A file of settings in which every setting is a comment.
    static let sample = """
        # Settings of Harken \(Version.current). Remove the # before a name to set it.
        # harken config check FILE checks this file; harken config show --config FILE shows what is in force.

        """
        + groups.map { group, settings in
            "\n## \(group.rawValue)\n"
                + settings.map { setting in
                    "\n" + wrapped(setting.plainMeaning).map { "# \($0)\n" }.joined() + "#\(setting.name)=\(setting.standard ?? "")\n"
                }.joined()
        }.joined()

    static let groups = SettingDescription.Group.allCases.map { group in (group, SettingTable.all.filter { $0.group == group }) }

    private static func section(_ group: SettingDescription.Group, _ settings: [SettingDescription]) -> String {
        "## \(group.rawValue)\n\n| name | default | meaning |\n|---|---|---|\n"
            + settings.map { "| `\($0.name)` | \($0.standard.map { "`\($0)`" } ?? "–") | \($0.meaning) |\n" }.joined()
    }

    private static func wrapped(_ text: String) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ") {
            if !lines[lines.count - 1].isEmpty, lines[lines.count - 1].count + word.count > 96 { lines.append("") }
            lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
        }
        return lines
    }
}
