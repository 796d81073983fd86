import Continuity
import Speech
import Testing

@Suite struct `A client that is ahead of its engine` {
    /// A minute of audio comes within a second; then the client is done.
    private func ahead(_ repairers: [EngineName] = [Conversation.repairer], seconds: Int = 60) -> Conversation {
        var talk = Conversation(repairers: repairers)
        for second in 0..<seconds {
            talk.now += .milliseconds(10)
            for tenth in 0..<10 {
                let range = SampleRange(talk.session.timeline.end, count: SampleCount(1_600))
                if (1..<8).contains(tenth) { talk.session.noteLoud(range, in: .first) }
                if talk.session.received(SampleCount(1_600), now: talk.now)?.needsPump == true { talk.actions += talk.session.pump(now: talk.now) }
            }
            #expect(talk.session.timeline.end == Conversation.at(Double(second + 1)))
        }
        _ = talk.command(.finish)
        return talk
    }

    @Test func `has the rest recognised as a recording, when it is done`() throws {
        var talk = ahead()
        let repair = try #require(talk.actions.repairs.first)
        let splice = talk.session.legs[0].sentThrough
        #expect(repair.range.end == Conversation.at(60))
        #expect(repair.range.start > Conversation.at(0) && repair.range.start < Conversation.at(6))
        #expect(splice < Conversation.at(6))
        talk.repairs(repair)
        #expect(talk.actions.said == "", "it waits for what comes before it")
        talk.hear(6, audio: false)
        let sent = talk.session.legs[0].sentThrough
        #expect(sent < Conversation.at(7))
        let heard = Int(sent.seconds(at: .speech) + 0.2)
        talk.says(0..<heard, leg: 0, .endOfAudio, through: sent.seconds(at: .speech))
        talk.engine(.closed(nil), from: 0)
        #expect(talk.actions.said == (0..<60).map { "w\($0)" }.joined(separator: " "))
        #expect(talk.session.isEnded == true)
        #expect(talk.actions.gaps == [])
    }

    @Test func `is sent on at the engine's pace when nobody recognises recordings of it`() throws {
        var talk = ahead()
        let repair = try #require(talk.actions.repairs.first)
        talk.answers(repair, .failed(.unavailable("no")))
        #expect(talk.session.legs.count == 2)
        talk.engine(.opened, from: 1)
        talk.lively = 1
        talk.hear(3, audio: false)
        let splice = talk.session.legs[0].sentThrough
        let heard = Int(splice.seconds(at: .speech) + 0.2)
        talk.says(0..<heard, leg: 0, .endOfAudio, through: splice.seconds(at: .speech))
        talk.engine(.closed(nil), from: 0)
        talk.hear(44, audio: false)
        #expect(talk.session.legs.map(\.sentThrough) == [Conversation.at(60)])
        talk.says(heard..<60, leg: 1, .endOfAudio)
        talk.engine(.closed(nil), from: 1)
        #expect(talk.actions.said == (0..<60).map { "w\($0)" }.joined(separator: " "))
        #expect(talk.session.isEnded == true)
        #expect(talk.actions.gaps == [])
    }

    @Test func `is not parted when little is left`() {
        let talk = ahead(seconds: 5)
        #expect(talk.actions.repairs == [])
    }

    @Test func `is not parted when nobody repairs`() {
        let talk = ahead([])
        #expect(talk.actions.repairs == [])
    }
}
