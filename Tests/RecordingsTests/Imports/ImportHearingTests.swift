@testable import Recordings
import Speech
import Store
import Testing

/// A file that was heard, and other choices for it.
@Suite struct `An import that is done` {
    /// What is noticed about a file with two sound tracks, and about one with a person on each channel.
    private static let film = [RecordingNotice.otherTracks(heard: 1, total: 2, names: [])], call = [RecordingNotice.mixedChannels(count: 2)]
    private static let both = film + call

    struct Hearing: Sendable {
        var tracks: TrackChoice?
        var channels: Bool?

        init(_ tracks: TrackChoice? = nil, channels: Bool? = nil) { (self.tracks, self.channels) = (tracks, channels) }
    }

    /// - Parameter notices: those of the job's report; nil: the job was taken from the list, and its report is not known.
    private func standing(_ heard: Hearing, _ notices: [RecordingNotice]?) -> RecordingImports.Standing {
        var choices = ImportOrder.Choices()
        if let tracks = heard.tracks { choices.tracks = tracks }
        choices.separatesChannels = heard.channels
        let order = ImportOrder(name: "a.wav", digest: "00", byteCount: 1, conversation: ID("c"), choices: choices)
        let job = TranscriptionJob(
            id: ID("j"), dialect: ImportJobs.dialect, user: .local, status: notices == nil ? .deleted : .completed,
            created: UnixTime(milliseconds: 0), request: order.text, audio: "a")
        guard let notices else { return RecordingImports.Standing(job: job, order: order) }
        var report = WorkloadReport()
        report.add(nil, notices)
        return RecordingImports.Standing(job: job, order: order, report: report)
    }

    @Test(
        arguments: [
            (Hearing(), film, Hearing(.number(1))), (Hearing(), film, Hearing(.number(2))), (Hearing(), film, Hearing(.all)),
            (Hearing(.number(2)), film, Hearing(.number(1))), (Hearing(.all), [], Hearing(.number(1))),
            (Hearing(), call, Hearing(channels: true)), (Hearing(channels: false), call, Hearing(channels: true)),
            (Hearing(channels: true), [], Hearing(channels: false)), (Hearing(channels: true), film, Hearing(.number(1), channels: false)),
            (Hearing(), nil, Hearing(.number(2))), (Hearing(), nil, Hearing(channels: true)),
            (Hearing(channels: true), nil, Hearing(channels: false)),
        ] as [(Hearing, [RecordingNotice]?, Hearing)])
    func `has more to hear in other tracks, in channels that were mixed, and in a mix`(
        heard: Hearing, notices: [RecordingNotice]?, asked: Hearing
    ) {
        #expect(standing(heard, notices).hasMore(in: asked.tracks, separatesChannels: asked.channels))
    }

    @Test(
        arguments: [
            (Hearing(), both, Hearing()), (Hearing(.number(2)), film, Hearing(.number(2))), (Hearing(.all), [], Hearing(.all)),
            (Hearing(), [], Hearing(.number(1))), (Hearing(), [], Hearing(.all)), (Hearing(), call, Hearing(.all)),
            (Hearing(), [], Hearing(channels: true)), (Hearing(), call, Hearing(channels: false)), (Hearing(channels: true), [], Hearing()),
            (Hearing(channels: true), [], Hearing(channels: true)),
            (Hearing(.all), [], Hearing(channels: true)), (Hearing(.all, channels: true), [], Hearing(channels: false)),
            (Hearing(), nil, Hearing()), (Hearing(), nil, Hearing(channels: false)),
        ] as [(Hearing, [RecordingNotice]?, Hearing)])
    func `has nothing more in what was heard, or in what its file does not have`(
        heard: Hearing, notices: [RecordingNotice]?, asked: Hearing
    ) {
        #expect(!standing(heard, notices).hasMore(in: asked.tracks, separatesChannels: asked.channels))
    }
}
