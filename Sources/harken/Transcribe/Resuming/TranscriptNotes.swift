import Framing
import Speech

/// The notes that `transcribe` keeps about an output that is not complete: a line of JSON for each step. `--resume` goes on from them.
struct TranscriptNotes: Sendable, Equatable {
    /// The parts of a command line that decide about the words and their form.
    struct Request: Sendable, Equatable {
        var engine: String
        var format: String
        /// The other options, as they were given.
        var options: [String]
    }

    /// A recording of the command line.
    struct Input: Sendable, Equatable {
        /// The name as it was given.
        var name: String
        var byteCount: Int
        /// SHA-256 of the content, in hexadecimal digits.
        var digest: String
    }

    /// A recording that needs no more work.
    struct Finished: Sendable, Equatable {
        var name: String
        /// nil: the recording was never read.
        var input: Input?
        /// Text of the transcript, where one file has the transcripts of all recordings; nil: the transcript has a file of its own, or there is none.
        var text: String?
        /// True if the recording could not be transcribed.
        var hasFailed = false
    }

    private(set) var request: Request?
    private(set) var finished: [Finished] = []
    /// The recording at work; nil between two recordings.
    private(set) var current: Input?
    /// The part of that recording that is recognized.
    private(set) var part = RecognizedPart()

    /// True if the notes say nothing about any recording.
    var isEmpty: Bool { current == nil && finished.isEmpty }

    /// Reads notes up to the first line that cannot be read.
    init(_ lines: [String] = []) {
        for line in lines {
            guard let document = try? JSONDocument(parsing: Array(line.utf8)), read(document) else { return }
        }
    }

    private mutating func read(_ document: borrowing JSONDocument) -> Bool {
        if let engine = document.root["request"]["engine"].string {
            var options: [String] = []
            for index in 0..<document.root["request"]["options"].count { options.append(document.root["request"]["options"][index].string ?? "") }
            request = Request(engine: engine, format: document.root["request"]["format"].string ?? "", options: options)
        } else if let name = document.root["input"].string {
            current = Self.input(name, document)
            part = RecognizedPart()
            return current != nil
        } else if let name = document.root["finished"].string {
            finished.append(
                Finished(
                    name: name, input: Self.input(name, document), text: document.root["text"].string,
                    hasFailed: document.root["failed"].bool ?? false))
            current = nil
            part = RecognizedPart()
        } else if let through = document.root["through"].int {
            guard let stretches = Self.stretches(document) else { return false }
            part.add(stretches, through: SampleIndex(through), of: document.root["length"].int.map { SampleCount($0) })
        } else {
            return false
        }
        return true
    }

    private static func input(_ name: String, _ document: borrowing JSONDocument) -> Input? {
        guard let count = document.root["bytes"].int, let digest = document.root["sha256"].string else { return nil }
        return Input(name: name, byteCount: count, digest: digest)
    }

    private static func stretches(_ document: borrowing JSONDocument) -> [RecognizedPart.Stretch]? {
        var stretches: [RecognizedPart.Stretch] = []
        for index in 0..<document.root["stretches"].count {
            guard let channel = document.root["stretches"][index]["channel"].int else { return nil }
            var words: [Word] = []
            for place in 0..<document.root["stretches"][index]["words"].count {
                guard let text = document.root["stretches"][index]["words"][place]["text"].string,
                    let start = document.root["stretches"][index]["words"][place]["start"].int,
                    let end = document.root["stretches"][index]["words"][place]["end"].int, start <= end,
                    let confidence = document.root["stretches"][index]["words"][place]["confidence"].double
                else { return nil }
                var word = Word(
                    text, SampleRange(SampleIndex(start), SampleIndex(end)), confidence: Float(confidence),
                    language: document.root["stretches"][index]["words"][place]["language"].string.map { LanguageTag($0) })
                word.blankBefore = document.root["stretches"][index]["words"][place]["blank_before"].bool
                words.append(word)
            }
            stretches.append(RecognizedPart.Stretch(channel: ChannelIndex(channel), words: words))
        }
        return stretches
    }

    /// Returns the line that begins the notes.
    static func line(_ request: Request) -> String {
        line { json in
            json.key("request")
            json.beginObject()
            json.member("engine", request.engine)
            json.member("format", request.format)
            json.key("options")
            json.array(request.options)
            json.endObject()
        }
    }

    /// Returns the line that begins a recording.
    static func line(_ input: Input) -> String {
        line { json in
            json.member("input", input.name)
            write(input, to: &json)
        }
    }

    /// Returns the line that ends a recording.
    static func line(_ finished: Finished) -> String {
        line { json in
            json.member("finished", finished.name)
            if let input = finished.input { write(input, to: &json) }
            if let text = finished.text { json.member("text", text) }
            if finished.hasFailed { json.member("failed", true) }
        }
    }

    /// Returns the line of the next words.
    static func line(_ stretches: [RecognizedPart.Stretch], through: SampleIndex, of length: SampleCount?) -> String {
        line { json in
            json.member("through", Int(through.samples))
            if let length { json.member("length", Int(length.samples)) }
            json.key("stretches")
            json.beginArray()
            for stretch in stretches {
                json.beginObject()
                json.member("channel", stretch.channel.number)
                json.key("words")
                json.beginArray()
                for word in stretch.words {
                    json.beginObject()
                    json.member("text", word.text)
                    json.member("start", Int(word.range.start.samples))
                    json.member("end", Int(word.range.end.samples))
                    json.key("confidence")
                    json.value(Double(word.confidence))
                    if let language = word.language { json.member("language", language.rawValue) }
                    if let blank = word.blankBefore { json.member("blank_before", blank) }
                    json.endObject()
                }
                json.endArray()
                json.endObject()
            }
            json.endArray()
        }
    }

    private static func write(_ input: Input, to json: inout JSONWriter) {
        json.member("bytes", input.byteCount)
        json.member("sha256", input.digest)
    }

    private static func line(_ members: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        json.beginObject()
        members(&json)
        json.endObject()
        return json.text
    }
}
