import HarkenTesting
import Speech
import Store
import Testing
import Usage

@testable import harken

@Suite struct `harken prices` {
    private let folder = TemporaryFolder()

    private func day(_ text: String) throws -> UnixTime { try #require(UnixTime(rfc3339: text)) }

    private func run(_ words: [String], environment: [String: String] = [:]) async throws -> (
        status: harken.ExitStatus, output: String, notes: String
    ) {
        let context = try WrittenContext(in: folder)
        guard case .run(let command, _) = CommandTable.request(["prices"] + words, environment: environment) else {
            Issue.record("\(words)")
            return (.failed, "", "")
        }
        let status = await command.run(context.context)
        return (status, try context.output(), try context.diagnostics())
    }

    @Test func `shows each price with what it is for, and those that nobody knows`() throws {
        let table = try PriceTable(
            parsing: """
                deepgram nova-3 live connection 0.288 2026-05-05/2026-08-01 its page
                deepgram nova-3 live speakers 0.12 2026-05-05 its page
                openai whisper-1 second 0.36 2026-04-27 its page
                speechmatics enhanced ? 2026-11-28 nothing public
                """)
        #expect(
            Prices.table(table, now: try day("2026-12-01")) == """
                ENGINE        MODEL      AUDIO     BILLED BY             AN HOUR  READ        SOURCE
                deepgram      nova-3     live      open to close         $0.288   2026-08-01  its page
                deepgram      nova-3     live      + speakers            $0.12    2026-05-05  its page
                openai        whisper-1  recorded  audio, whole seconds  $0.36    2026-04-27  its page
                speechmatics  enhanced   recorded  audio                 ?        2026-11-28  nothing public

                """)
        #expect(Prices.json(table, now: try day("2026-12-01")).contains(#""per_hour":null"#))
    }

    @Test func `says when prices are old, and by how much`() throws {
        let table = try PriceTable(parsing: "deepgram nova-3 live 0.288 2026-01-01 x\nsoniox stt-rt-v4 live 0.12 2026-03-01 x")
        #expect(Prices.notes(table, from: nil, now: try day("2026-06-30")).isEmpty)
        let notes = Prices.notes(table, from: nil, now: try day("2026-07-10"))
        #expect(notes == ["1 price was last read more than 180 days ago (deepgram nova-3 live, 190 days); \(PriceAge.remedy)"])
        #expect(PriceAge(table, of: [EngineName("soniox")], now: try day("2026-07-10")) == nil)
        #expect(PriceAge(table, now: try day("2026-12-01"))?.count == 2)
    }

    @Test func `says which add-ons of a vendor have no price, where others have one`() throws {
        let table = try PriceTable(
            parsing: """
                deepgram nova-3 live 0.288 2026-11-20 x
                deepgram nova-3 live speakers 0.12 2026-11-20 x
                deepgram * live redaction 0 2026-11-20 x
                assemblyai universal-2 0.15 2026-11-20 x
                """)
        #expect(
            Prices.notes(table, from: nil, now: try day("2026-12-01")) == [
                "deepgram live has no price for entities, terms: they are left out of the cost of work; 0 says that they are included"
            ])
    }

    @Test func `says which prices have no newer reading, of which harken doctor does not complain`() throws {
        var table = try PriceTable(
            parsing: "deepgram nova-3 live 0.288 2026-01-01 x\nassemblyai universal-2 0.15 2026-02-01 x\nsoniox stt-rt-v4 live 1 2026-10-01 x")
        table.reviewed = try day("2026-11-01")
        #expect(
            Prices.notes(table, from: nil, now: try day("2026-12-01")) == [
                """
                2 prices were last read more than 180 days ago, and no newer public reading was found on 2026-11-01: \
                deepgram nova-3 live, 334 days; assemblyai universal-2, 303 days
                """
            ])
        #expect(DiagnosticCheck.prices(table, engines: [EngineName("deepgram")], now: try day("2026-12-01"))?.word == "ok")
        // 181 days after the review, they are old.
        let late = Prices.notes(table, from: nil, now: try day("2027-05-02"))
        #expect(late.count == 1 && late.first?.hasPrefix("3 prices were last read more than 180 days ago (") == true, "\(late)")
        // Harken's own table has some on the day of its review, and nothing else to say.
        let own = Prices.notes(.standard, from: nil, now: try #require(PriceTable.standard.reviewed))
        #expect(own.count == 1 && own.first?.contains("; assemblyai whisper-rt live, 187 days") == true, "\(own)")
    }

    @Test func `is part of what harken doctor finds, for the vendors that are used`() throws {
        let table = try PriceTable(parsing: "deepgram nova-3 live 0.288 2026-01-01 x\nspeechmatics enhanced ? 2026-01-01 x")
        let deepgram = EngineName("deepgram"), speechmatics = EngineName("speechmatics")
        #expect(DiagnosticCheck.prices(table, engines: [], now: try day("2026-12-01")) == nil)
        #expect(DiagnosticCheck.prices(table, engines: [deepgram], now: try day("2026-02-01"))?.word == "ok")
        #expect(DiagnosticCheck.prices(table, engines: [deepgram], now: try day("2026-12-01"))?.word == "note")
        let unknown = DiagnosticCheck.prices(table, engines: [speechmatics], now: try day("2026-02-01"))
        #expect(unknown?.word == "note" && unknown?.detail == "no price is known for speechmatics")
    }

    @Test func `prints lines that it takes as a file`() async throws {
        let lines = try await run(["--lines"])
        #expect(lines.status == .done && lines.output.contains("\ndeepgram nova-3 live connection 0.288 "))
        let file = try folder.write(lines.output.utf8, as: "mine")
        let again = try await run([file, "--lines"])
        #expect(again.status == .done && again.output == lines.output)
    }

    @Test func `names the line of a file that is wrong, as harken serve does`() async throws {
        let file = try folder.write("# mine\ndeepgram nova-3 cheap 2026-01-01 x\n".utf8, as: "mine")
        for (words, environment) in [([file], [:]), ([], ["HARKEN_PRICES": file])] {
            let outcome = try await run(words, environment: environment)
            #expect(outcome.status == .wrongUsage)
            #expect(outcome.notes.contains("\(file), line 2 \"cheap\" is not an amount"), "\(outcome.notes)")
        }
        #expect(throws: (any Error).self) {
            try OperatorSettings.configuration(file: nil, environment: ["HOME": folder.path, "HARKEN_PRICES": file])
        }
    }

    @Test func `finds the file in the folder of the settings`() async throws {
        _ = try folder.write("wrong\n".utf8, as: "harken.prices")
        let settings = try folder.write("HARKEN_LOG=info\n".utf8, as: "harken.conf")
        let outcome = try await run(["--config", settings])
        #expect(outcome.status == .wrongUsage && outcome.notes.contains("harken.prices, line 1 is incomplete"), "\(outcome.notes)")
        let mine = try folder.write("soniox stt-rt-v4 live 1 2026-01-01 x\n".utf8, as: "mine")
        let named = try await run(["--config", settings, "--lines"], environment: ["HARKEN_PRICES": mine])
        #expect(named.output == "soniox stt-rt-v4 live 1.00 2026-01-01 x\n")
    }

    @Test func `leaves OpenAI's prices to OpenAI's own service`() throws {
        for (address, isPriced) in [("https://api.openai.com", true), ("http://127.0.0.1:9000", false)] {
            let settings = try OperatorSettings.settings(file: nil, environment: ["OPENAI_BASE_URL": address])
            #expect(try PriceTable(settings).rates.contains { $0.engine == EngineName("openai") } == isPriced)
        }
    }
}
