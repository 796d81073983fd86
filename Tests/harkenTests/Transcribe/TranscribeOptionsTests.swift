import Testing

@testable import harken

@Suite struct `The options of transcribe` {
    private func problem(_ words: String) -> String? {
        do throws(UsageError) {
            _ = try Transcribe(
                try Arguments(words.split(separator: " ").map(String.init), for: Transcribe.description, environment: ["HOME": "/nowhere"]))
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: [
        ("a.wav --channels --track all", "--channels and --track all contradict each other, because each track is a channel then; give one of them"),
        ("a.wav --timestamps --format srt", "--timestamps is for --format text; srt has times without it"),
        ("a.wav --timestamps --json", "--timestamps is for --format text; json has times without it"),
    ])
    func `that have no effect together are refused`(words: String, told: String) {
        #expect(problem(words)?.contains(told) == true, "\(problem(words) ?? "accepted")")
    }

    @Test(arguments: [
        "a.wav --channels", "a.wav --channels --track 2 --speakers", "a.wav --timestamps --channels -o a.txt --resume",
        "a.wav --channels --format vtt",
    ])
    func `are accepted otherwise`(words: String) {
        #expect(problem(words) == nil)
    }
}
