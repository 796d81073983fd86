import Speech
import Testing

@Suite struct `A notice about a recording` {
    private static let all: [(RecordingNotice, String)] = [
        (
            .otherTracks(heard: 1, total: 2, names: []),
            "The file has 2 sound tracks; track 1 was heard. Choose another with --track N, or hear each as a channel with --track all."
        ),
        (
            .otherTracks(heard: 2, total: 3, names: ["Mic", "", "Game"]),
            "The file has 3 sound tracks (\"Mic\", \"\", \"Game\"); track 2 was heard. Choose another with --track N, "
                + "or hear each as a channel with --track all."
        ),
        (
            .mixedChannels(count: 2),
            "The file has 2 channels with different sound, which were mixed to one. Hear each by itself with --channels."
        ),
        (.silentTrack(1), "Track 1 of the file has no sound."),
        (
            .holes(count: 1, total: .milliseconds(2_540), first: .seconds(65)),
            "The file has no sound from 01:05 on for 2.5 s; the time counts as silence."
        ),
        (
            .holes(count: 3, total: .seconds(9), first: .seconds(3_661)),
            "The file has 3 holes of 9.0 s in all, the first at 1:01:01; the time counts as silence."
        ),
        (.cut(at: .seconds(16), of: .seconds(24)), "The file is cut off: it has 00:16 of 00:24."),
        (.cut(at: .milliseconds(2_100), of: .milliseconds(2_900)), "The file is cut off: it has 00:02, and lacks the last 0.8 s."),
        (.cut(at: .seconds(16), of: nil), "The file is cut off: it has 00:16 of sound, and no end."),
        (.damaged(packets: 1), "The file is damaged: 1 of its packets was left out."),
        (.damaged(packets: 5), "The file is damaged: 5 of its packets were left out."),
        (
            .unknownLanguage(count: 1, total: .milliseconds(2_540), first: .seconds(65)),
            "The language of the speech from 01:05 on for 2.5 s is unknown; the speech has no words."
        ),
        (
            .unknownLanguage(count: 3, total: .seconds(9), first: .seconds(61)),
            "The language of 3 stretches of speech of 9.0 s in all, the first at 01:01, is unknown; they have no words."
        ),
        (.untoldSpeakers, "The words have no speakers: neither the engine nor a voice model of this machine told them apart."),
    ]

    @Test(arguments: all.indices)
    func `is a sentence, and a line that is read as it was written`(index: Int) {
        let (notice, text) = Self.all[index]
        #expect(notice.text(by: .option) == text)
        #expect(
            notice.text(by: .parameter)
                == text.replacing("--track N", with: "track=N").replacing("--track all", with: "track=all")
                .replacing("--channels", with: "channels=true"))
        #expect(RecordingNotice(line: notice.line) == notice)
    }

    @Test func `stands at its place in something longer`() {
        let hole = RecordingNotice.holes(count: 2, total: .seconds(9), first: .seconds(3))
        let cut = RecordingNotice.cut(at: .seconds(4), of: .seconds(6))
        #expect(hole.moved(by: .seconds(60)) == .holes(count: 2, total: .seconds(9), first: .seconds(63)))
        #expect(cut.moved(by: .seconds(60)) == .cut(at: .seconds(64), of: .seconds(66)))
        #expect(hole.moved(by: .seconds(-60)) == .holes(count: 2, total: .seconds(9), first: .zero))
        #expect(hole.place == .seconds(3) && cut.place == .seconds(4))
        let unknown = RecordingNotice.unknownLanguage(count: 1, total: .seconds(2), first: .seconds(5))
        #expect(unknown.moved(by: .seconds(60)) == .unknownLanguage(count: 1, total: .seconds(2), first: .seconds(65)))
        #expect(unknown.place == .seconds(5))
        for notice in [
            RecordingNotice.silentTrack(1), .damaged(packets: 3), .otherTracks(heard: 1, total: 2, names: []), .mixedChannels(count: 2),
            .untoldSpeakers,
        ] {
            #expect(notice.moved(by: .seconds(60)) == notice && notice.place == nil)
        }
    }

    @Test(arguments: ["n", "\u{301}", "語", "👩‍👩‍👧"]) func `has short names, whatever the file's are`(part: String) {
        let name = RecordingNotice.plain("e" + String(repeating: part, count: 50_000))
        #expect(name.count <= RecordingNotice.maxNameLength && name.utf8.count <= RecordingNotice.maxNameByteCount)
        #expect(name.utf8.count >= 60 && RecordingNotice.plain(name) == name)
    }

    @Test(arguments: [
        ("all", TrackChoice.all), ("1", .number(1)), ("64", .number(64)), ("0", nil), ("65", nil), ("-1", nil), ("first", nil), ("", nil),
    ])
    func `a choice of tracks is all or a number`(text: String, choice: TrackChoice?) {
        #expect(TrackChoice(text) == choice)
        #expect(choice.map { $0.text } ?? nil == (choice == nil ? nil : text))
    }
}
