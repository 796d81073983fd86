import Store
import Testing

@testable import harken

@Suite struct `Doctor's findings` {
    private let findings = [
        Finding("models", .ok, "/models"), Finding("microphone", .note("plug one in"), "none"),
        Finding("data", .missing("make it"), "not\u{7} there"),
    ]

    @Test func `as text are a line each, and one for what to do`() {
        #expect(
            Doctor.text(findings) == """
                ok       models          /models
                note     microphone      none
                                         → plug one in
                missing  data            not  there
                                         → make it

                """)
    }

    @Test func `as JSON are an array`() {
        #expect(
            Doctor.json(Array(findings.prefix(2)))
                == #"[{"part":"models","status":"ok","detail":"/models","remedy":null},"#
                + #"{"part":"microphone","status":"note","detail":"none","remedy":"plug one in"}]"#)
    }

    @Test func `of libraries come from the files in memory`() {
        let maps = """
            7f0-7f1 r-xp 00000000 08:01 1  /usr/lib/x86_64-linux-gnu/libopus.so.0.8.0
            7f1-7f2 rw-p 00000000 00:00 0
            7f2-7f3 r-xp 00000000 08:01 2  /a folder/libssl.so.3
            7ff-800 r-xp 00000000 00:00 0  [vdso]
            """
        #expect(LoadedLibraries.versions(maps: maps) == ["libopus": "0.8.0", "libssl": "3"])
    }

    @Test func `have audio that nothing names, if there is some`() {
        #expect(DiagnosticCheck.unknownAudio(UnknownAudio(), in: "/audio") == nil)
        let finding = DiagnosticCheck.unknownAudio(UnknownAudio(files: 12, bytes: 300_000_000), in: "/audio")
        #expect(
            finding?.word == "note" && finding?.detail == "12 files (\(ByteText.short(300_000_000))) in /audio belong to no conversation and no voice"
        )
    }

    @Test func `of memory come from the kernel's table`() {
        let table = "MemTotal:  100 kB\nMemAvailable:     42 kB\n"
        #expect(DiagnosticCheck.kibibytes("MemAvailable", in: table) == 42)
        #expect(DiagnosticCheck.kibibytes("SwapFree", in: table) == nil)
    }
}
