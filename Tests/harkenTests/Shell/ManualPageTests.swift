import HarkenTesting
import Testing

@testable import harken

@Suite struct `Manual pages` {
    @Test func `have a name, a synopsis and every option`() {
        let text = ManualPage(Transcribe.description).text
        #expect(text.hasPrefix(".TH HARKEN\\-TRANSCRIBE 1"))
        #expect(text.contains(".SH NAME\nharken\\-transcribe \\- Transcribe audio"))
        for option in Transcribe.description.allOptions { #expect(text.contains("\\fB\(option.name.replacing("-", with: "\\-"))\\fR")) }
        #expect(ManualPage(KeysCreate.description).name == "harken-keys-create.1")
    }

    @Test func `of the program name every command`() {
        let text = ManualPage(CommandTable.all.map { $0.description }).text
        for command in CommandTable.all { #expect(text.contains("\\fB\(command.description.name)\\fR")) }
    }

    @Test(.needs((try? ChildProcess.run(["groff", "--version"]))?.status == 0, "groff is missing"))
    func `are accepted by groff without a warning`() throws {
        let folder = TemporaryFolder()
        let pages = [ManualPage(CommandTable.all.map { $0.description })] + CommandTable.all.map { ManualPage($0.description) }
        for page in pages {
            let path = try folder.write(page.text.utf8, as: page.name)
            let outcome = try ChildProcess.run(["groff", "-man", "-ww", "-Tutf8", path])
            #expect(outcome.status == 0)
            #expect(outcome.diagnostics == "", "\(page.name)")
        }
    }
}
