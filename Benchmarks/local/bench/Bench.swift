import Audio
import Foundation
import LocalEngine
import Speech
import Synchronization

/// Recognises the files named on standard input, one path a line, and prints one JSON object a line for each; the last line holds the totals.
///
///     bench-local engine|bare THREADS < FILES
///
/// A path may be followed by a tab and the language of its speech. The first file is recognised once before, so that loading models is no part of the times.
/// `engine` is the whole prerecorded engine; `bare` is nothing but its decode loop over the windows that voice activity cuts.
@main struct Bench {
    struct Line: Codable {
        var file: String
        var text: String
        /// Of `engine`: the language of the transcript.
        var language = ""
        var audio: Double
        var confidence: Double
        /// Of `engine`: start and end of each word, in seconds, one after another.
        var words: [Double] = []
        /// Of `bare`: the same of each window.
        var windows: [Double] = []
    }

    struct Totals: Codable {
        var files: Int
        var audio: Double
        var wall: Double
        var cpu: Double
        var peakMegabytes: Int
    }

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let threads = Int(arguments[2]), ["engine", "bare"].contains(arguments[1]) else {
            FileHandle.standardError.write(Data("usage: bench-local engine|bare THREADS < FILES\n".utf8))
            exit(2)
        }
        var files: [String] = []
        while let line = readLine() { files.append(line) }

        let folder = ModelFolder(environment: ProcessInfo.processInfo.environment)
        let engine = LocalEngine(folder, pool: threads)
        let models = try await engine.models().model
        if arguments[1] == "engine", let first = files.first { _ = try await recognized(first, engine) }
        let (wall, cpu) = (Instant.now, cpuSeconds())
        let lines =
            switch arguments[1] {
            case "bare": try bare(files, models, threads)
            default: try await whole(files, engine, threads)
            }
        let elapsed = Instant.now - wall
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        for line in lines { try print(String(decoding: encoder.encode(line), as: UTF8.self)) }
        let totals = Totals(
            files: files.count, audio: lines.reduce(0) { $0 + $1.audio },
            wall: Double(elapsed.components.seconds)
                + Double(elapsed.components.attoseconds) * 1e-18, cpu: cpuSeconds() - cpu, peakMegabytes: peakMegabytes())
        try print(String(decoding: encoder.encode(totals), as: UTF8.self))
    }

    /// As many files at once as there are threads.
    private static func whole(_ files: [String], _ engine: LocalEngine, _ threads: Int) async throws -> [Line] {
        try await withThrowingTaskGroup(of: (Int, Line).self) { group in
            var lines: [Int: Line] = [:]
            for (index, file) in files.enumerated() {
                if index >= threads, let (done, line) = try await group.next() { lines[done] = line }
                group.addTask {
                    let transcript = try await recognized(file, engine)
                    let words = transcript.channels.flatMap(\.words)
                    return (
                        index,
                        Line(
                            file: file, text: transcript.text(), language: transcript.language.rawValue,
                            audio: transcript.length.seconds(at: transcript.rate),
                            confidence: Double(words.reduce(0) { $0 + $1.confidence }) / Double(max(1, words.count)),
                            words: words.flatMap { seconds($0.range) })
                    )
                }
            }
            for try await (done, line) in group { lines[done] = line }
            return files.indices.compactMap { lines[$0] }
        }
    }

    private static func recognized(_ line: String, _ engine: LocalEngine) async throws -> Transcript {
        let fields = line.split(separator: "\t").map(String.init)
        let options = RecognitionOptions(language: fields.count > 1 ? LanguageTag(fields[1]) : nil)
        return try await engine.recognize(Recording(path: fields.first ?? line), options: options) { _ in }
    }

    /// Every thread takes the next window and decodes it.
    private static func bare(_ files: [String], _ models: LocalModels, _ threads: Int) throws -> [Line] {
        struct State {
            var files: [String]
            var fileIndex = -1
            var reader: RecordingReader?
            var waiting: [(Int, RecordingReader.Item)] = []
            var texts: [Int: [(SampleRange, String)]] = [:]
            var audio: [Int: Double] = [:]
        }
        let state = Mutex(State(files: files))

        @Sendable func next() -> (Int, RecordingReader.Item)? {
            state.withLock { state in
                while true {
                    if !state.waiting.isEmpty { return state.waiting.removeFirst() }
                    if let reader = state.reader {
                        guard let batch = try? reader.next(limit: WindowPlanner.longest, mayContinue: { true }) else { return nil }
                        state.waiting = batch.items.map { (state.fileIndex, $0) }
                        if batch.isEnd {
                            state.audio[state.fileIndex] = reader.decodedLength.seconds(at: .speech)
                            state.reader = nil
                        }
                    } else {
                        state.fileIndex += 1
                        guard state.fileIndex < state.files.count else { return nil }
                        state.reader = try? RecordingReader(
                            InProcessTurn(Recording(path: state.files[state.fileIndex])), separateChannels: false, models.voiceActivity)
                    }
                }
            }
        }

        DispatchQueue.concurrentPerform(iterations: threads) { _ in
            while let (file, item) = next() {
                let text = (try? models.recognizer.decode(item.samples.span))?.text ?? ""
                state.withLock { $0.texts[file, default: []].append((item.window.audio, text)) }
            }
        }
        return state.withLock { state in
            files.indices.map { index in
                let windows = state.texts[index, default: []].sorted { $0.0.start < $1.0.start }
                return Line(
                    file: files[index], text: windows.map(\.1).filter { !$0.isEmpty }.joined(separator: " "),
                    audio: state.audio[index] ?? 0, confidence: 0, windows: windows.flatMap { seconds($0.0) })
            }
        }
    }

    private static func seconds(_ range: SampleRange) -> [Double] {
        [range.start.seconds(at: .speech), range.end.seconds(at: .speech)]
    }

    private static func cpuSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    private static func peakMegabytes() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss / 1_024
    }
}
