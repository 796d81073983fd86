import Continuity
import Speech
import Testing

@Suite struct `A session that watches its engines` {
    @Test func `gives up an engine that was sent speech and says nothing`() {
        var talk = Conversation()
        talk.lively = nil
        talk.hear(3)
        #expect(talk.session.legs.map(\.engine) == [Conversation.first])
        talk.hear(0.3)
        #expect(talk.actions.records.map(\.outcome) == [.givenUp(.stalled)])
        #expect(talk.session.legs.map(\.engine) == [Conversation.first, Conversation.second])
        talk.hear(0.1)
        #expect(talk.session.legs.first?.isFailed == true, "it is listened to")
    }

    @Test func `does not give up one that is slow and alive`() {
        var talk = Conversation()
        talk.lively = nil
        for second in 0..<12 {
            talk.hear(1)
            if second % 2 == 1 { talk.hints(max(0, second - 3)..<second, leg: 0) }
        }
        #expect(talk.actions.records == [])
    }

    @Test func `does not give up one that nobody speaks to`() {
        var talk = Conversation()
        talk.lively = nil
        talk.silent = Set(0..<60)
        talk.hear(60)
        #expect(talk.actions.records == [])
    }

    @Test(arguments: [true, false]) func `does not give up one whose client pauses in the middle of a turn`(showsWords: Bool) {
        var talk = Conversation()
        talk.lively = nil
        talk.hear(1.6)
        if showsWords { talk.hints(0..<1, leg: 0) }
        talk.hear(60, audio: false)
        #expect(talk.actions.records == [])
        talk.hear(1.2)
        #expect(talk.actions.records == [], "the pause does not count")
        talk.hear(2.2)
        #expect(talk.actions.records.map(\.outcome) == [.givenUp(.stalled)])
    }

    @Test func `gives up one that says nothing when it is asked to make final what it has, though nothing more comes`() {
        var talk = Conversation()
        talk.lively = nil
        talk.hear(1.6)
        _ = talk.command(.finalize)
        talk.hear(3.5, audio: false)
        #expect(talk.actions.records.map(\.outcome) == [.givenUp(.stalled)])
    }

    @Test func `gives up one that never makes final what it showed`() {
        var talk = Conversation()
        talk.lively = nil
        talk.silent = Set(2..<60)
        talk.hear(2.2)
        talk.hints(0..<2, leg: 0)
        talk.hear(8)
        #expect(talk.actions.records == [])
        talk.hear(2)
        #expect(talk.actions.records.map(\.outcome) == [.givenUp(.stalled)])
    }

    @Test func `takes what a dying engine still says`() throws {
        var talk = Conversation()
        talk.lively = nil
        talk.hear(3.5)
        #expect(talk.actions.records.map(\.outcome) == [.givenUp(.stalled)])
        let end = try #require(talk.session.legs.last?.origin)
        talk.says(0..<Int(end.seconds(at: .speech).rounded(.up)), leg: 0, through: end.seconds(at: .speech))
        #expect(talk.actions.said.hasPrefix("w0 w1"))
        #expect(talk.actions.commits.map(\.engine) == [Conversation.first])
        #expect(talk.actions.gaps == [])
    }

    @Test func `goes on with one that says nothing to noise, and is more patient then`() throws {
        var talk = Conversation()
        talk.lively = nil
        talk.hear(4.9)
        talk.engine(.opened, from: 1)
        talk.answers(try #require(talk.actions.repairs.first), .words([]))
        let before = talk.actions.records.filter { $0.outcome == .givenUp(.stalled) }.count
        talk.hear(3.5)
        #expect(talk.actions.records.filter { $0.outcome == .givenUp(.stalled) }.count == before)
    }

    @Test func `is as quick as ever once somebody can be understood again`() throws {
        var talk = Conversation()
        talk.lively = nil
        talk.hear(4.9)
        talk.engine(.opened, from: 1)
        talk.answers(try #require(talk.actions.repairs.first), .words([]))
        talk.hear(1.1)
        talk.says(5..<6, leg: 1)
        #expect(talk.actions.said == "w5")
        talk.hear(3.5)
        #expect(talk.actions.records.map(\.outcome).filter { $0 == .givenUp(.stalled) }.count == 2)
    }

    @Test func `blames nobody for saying nothing to noise`() throws {
        var talk = Conversation()
        talk.lively = nil
        talk.hear(4.9)
        #expect(talk.actions.records.map(\.outcome) == [.givenUp(.stalled)])
        #expect(talk.actions.blamed == [], "nobody knows yet whether somebody spoke")
        talk.engine(.opened, from: 1)
        talk.answers(try #require(talk.actions.repairs.first), .words([]))
        talk.hear(1)
        talk.says(4..<5, leg: 1)
        #expect(talk.actions.blamed == [])
    }

    @Test func `blames the engine when another hears words to which it said nothing`() throws {
        var talk = Conversation()
        talk.lively = nil
        talk.hear(4.9)
        talk.engine(.opened, from: 1)
        talk.repairs(try #require(talk.actions.repairs.first))
        #expect(talk.actions.blamed == [Conversation.first])
        talk.hear(1)
        talk.says(3..<6, leg: 1)
        #expect(talk.actions.blamed == [Conversation.first], "once")
    }

    @Test func `blames the engine when the next one, that is sent the same again, hears words`() throws {
        var talk = Conversation([Conversation.paced(Conversation.first), SessionEngine(Conversation.second)], repairers: [])
        talk.lively = nil
        talk.hear(3.3)
        talk.engine(.opened, from: 1)
        #expect(talk.actions.blamed == [])
        talk.says(0..<3, leg: 1)
        #expect(talk.actions.blamed == [Conversation.first])
    }

    @Test func `blames an engine that does not end when it is told to`() {
        var talk = Conversation()
        talk.lively = nil
        talk.hear(1.2)
        talk.hints(0..<1, leg: 0)
        _ = talk.command(.finish)
        talk.hear(3.5, audio: false)
        #expect(talk.actions.blamed == [Conversation.first])
    }

    @Test(arguments: [true, false]) func `ends in its time when its only engine is deaf to the end`(showsWords: Bool) {
        var talk = Conversation([Conversation.paced(Conversation.first)], repairers: [], endTime: .milliseconds(5_500))
        talk.lively = nil
        talk.hear(1.2)
        if showsWords { talk.hints(0..<1, leg: 0) }
        _ = talk.command(.finish)
        talk.hear(5.4, audio: false)
        #expect(talk.actions.ends.isEmpty && talk.actions.records.isEmpty)
        talk.hear(0.2, audio: false)
        guard case .timedOut? = talk.actions.ends.first, talk.actions.ends.count == 1 else {
            return #expect(Bool(false), "\(talk.actions.ends)")
        }
        #expect(!talk.actions.contains(.open(LegID(1))), "it would be deaf the next time")
    }

    @Test(arguments: [SessionCommand.finish, .finalize])
    func `gives an engine that waited for more audio its time, once it is told that none comes`(command: SessionCommand) {
        var talk = Conversation()
        talk.lively = nil
        talk.hear(1.2)
        talk.hear(9, audio: false)
        _ = talk.command(command)
        talk.hear(1, audio: false)
        #expect(talk.actions.records == [])
        // It was sent a second before.
        talk.hear(1.5, audio: false)
        #expect(talk.actions.records.map(\.outcome) == [.givenUp(.stalled)])
        #expect(talk.actions.blamed == [], "it had not its whole time")
    }

    @Test func `does not go back to an engine before all know of its fault`() {
        var talk = Conversation([Conversation.paced(Conversation.first), Conversation.free(Conversation.second)])
        talk.silent = [4, 5, 6, 7, 8]
        talk.lively = nil
        talk.hear(4.9)
        talk.engine(.opened, from: 1)
        talk.says(0..<4, leg: 1, .endOfTurn, through: 4.9)
        #expect(talk.actions.blamed == [Conversation.first])
        talk.hear(0.5)
        #expect(talk.session.legs.filter { !$0.isFailed }.map(\.engine) == [Conversation.second])
        talk.actions += talk.session.availability(Conversation.first, isAvailable: false, now: talk.now)
        talk.hear(2)
        #expect(talk.session.legs.filter { !$0.isFailed }.map(\.engine) == [Conversation.second])
    }

    @Test func `learns from what comes too late how slow an engine is, and bears it then`() throws {
        var talk = Conversation([Conversation.paced(Conversation.first)])
        talk.lively = nil
        talk.hear(3.9)
        #expect(talk.actions.records.map(\.outcome) == [.givenUp(.stalled)])
        talk.engine(.opened, from: 1)
        talk.repairs(try #require(talk.actions.repairs.first))
        #expect(talk.actions.said.hasPrefix("w0 w1"), "nobody waits for it")
        talk.hear(0.2)
        talk.hints(0..<1, leg: 0)
        let lag = try #require(talk.actions.lags.first)
        #expect(lag >= .seconds(3.9) && lag <= .seconds(4.1))
        talk.hear(3.5)
        #expect(talk.actions.records.filter { $0.outcome == .givenUp(.stalled) }.count == 1, "the next one has 5 s")
        talk.hear(2)
        #expect(talk.actions.records.filter { $0.outcome == .givenUp(.stalled) }.count == 2)
    }

    @Test func `takes nobody for slow who said nothing to noise before words came`() throws {
        var talk = Conversation()
        talk.lively = nil
        talk.hear(2.9)
        talk.hints(2..<3, leg: 0)
        _ = talk.command(.abandon)
        let record = try #require(talk.actions.records.first)
        #expect(record.slowest == .milliseconds(800))
    }

    @Test func `gives an engine that is known to be slow longer, and never for ever`() {
        var talk = Conversation([Conversation.paced(Conversation.first, slowness: .seconds(4)), Conversation.paced(Conversation.second)])
        talk.lively = nil
        talk.hear(4.9)
        #expect(talk.actions.records == [])
        talk.hear(0.5)
        #expect(talk.actions.records.map(\.outcome) == [.givenUp(.stalled)])
        talk = Conversation([Conversation.paced(Conversation.first, slowness: .seconds(100)), Conversation.paced(Conversation.second)])
        talk.lively = nil
        talk.hear(9.9)
        #expect(talk.actions.records == [])
        talk.hear(0.5)
        #expect(talk.actions.records.map(\.outcome) == [.givenUp(.stalled)])
    }

    @Test func `asks whether somebody speaks before it gives an engine up`() throws {
        var talk = Conversation(tellsVoices: true)
        talk.lively = nil
        talk.hear(3.4)
        let question = try #require(talk.actions.questions.first)
        #expect(question.leg == LegID(0) && question.range.start == .zero && question.range.end > Conversation.at(3))
        #expect(talk.actions.records == [])
        talk.listened(question, hasSpeech: true)
        #expect(talk.actions.records.map(\.outcome) == [.givenUp(.stalled)])
    }

    @Test func `goes on with an engine that says nothing where nobody speaks, and asks again of what comes`() throws {
        var talk = Conversation(tellsVoices: true)
        talk.lively = nil
        talk.hear(3.4)
        let question = try #require(talk.actions.questions.first)
        talk.listened(question, hasSpeech: false)
        talk.hear(2.5)
        #expect(talk.actions.records == [] && talk.actions.questions.count == 1)
        talk.hear(1)
        let next = try #require(talk.actions.questions.dropFirst().first)
        #expect(next.range.start == question.range.end)
        talk.listened(next, hasSpeech: true)
        #expect(talk.actions.records.map(\.outcome) == [.givenUp(.stalled)])
        talk.repairs(try #require(talk.actions.repairs.first))
        #expect(talk.actions.said.hasPrefix("w0 w1 w2 w3"), "what was taken for noise is not lost")
    }

    @Test func `does not wait for who cannot tell whether somebody speaks`() throws {
        for hasAnswer in [true, false] {
            var talk = Conversation(tellsVoices: true)
            talk.lively = nil
            talk.hear(3.4)
            if hasAnswer { talk.listened(try #require(talk.actions.questions.first), hasSpeech: nil) } else { talk.hear(0.6) }
            #expect(talk.actions.records.map(\.outcome) == [.givenUp(.stalled)])
        }
    }

    @Test func `does not give an engine up that has answered while somebody listened`() throws {
        var talk = Conversation(tellsVoices: true)
        talk.lively = nil
        talk.hear(3.4)
        talk.hints(0..<3, leg: 0)
        talk.listened(try #require(talk.actions.questions.first), hasSpeech: true)
        talk.hear(1)
        #expect(talk.actions.records == [])
    }

    @Test func `asks nobody about an engine that was told to finish`() {
        var talk = Conversation(tellsVoices: true)
        talk.lively = nil
        talk.hear(1.2)
        talk.hints(0..<1, leg: 0)
        _ = talk.command(.finish)
        talk.hear(3.5, audio: false)
        #expect(talk.actions.questions.isEmpty)
        #expect(talk.actions.blamed == [Conversation.first])
    }

    @Test func `listens to so much at a time, where a client has sent more than it spoke`() throws {
        var talk = Conversation([SessionEngine(Conversation.first)], tellsVoices: true)
        talk.lively = nil
        let minute = SampleRange(.zero, Conversation.at(60))
        talk.session.noteLoud(minute, in: .first)
        _ = talk.session.received(minute.count, now: talk.now)
        talk.hear(3.4)
        let question = try #require(talk.actions.questions.first)
        #expect(question.range.count.duration(at: .speech) == .seconds(30))
        talk.listened(question, hasSpeech: false)
        #expect(talk.actions.records == [])
    }

    @Test func `gives an engine less time to open when there is another`() {
        var talk = Conversation(opens: false)
        talk.hear(1.4)
        #expect(talk.actions.records == [])
        talk.hear(0.2)
        #expect(talk.actions.records.map(\.outcome) == [.connectTimedOut])
        #expect(talk.actions.contains(.open(LegID(1))))
    }

    @Test func `gives its only engine ten seconds to open`() {
        var talk = Conversation([Conversation.paced(Conversation.first)], opens: false)
        talk.hear(9.9)
        #expect(talk.actions.records == [])
        talk.hear(0.3)
        #expect(talk.actions.records.map(\.outcome) == [.connectTimedOut])
    }

    @Test func `asks none that others have had trouble with`() {
        var talk = Conversation()
        talk.actions += talk.session.availability(Conversation.second, isAvailable: false, now: talk.now)
        talk.hear(1)
        talk.engine(.closed(.unavailable("gone")), from: 0)
        talk.hear(2.5)
        #expect(talk.session.legs.map(\.engine) == [Conversation.first])
    }

    @Test func `leaves an engine of this process that cannot keep up, for a better one that is there again`() throws {
        var talk = Conversation([Conversation.paced(Conversation.first), Conversation.free(Conversation.second)])
        talk.lively = nil
        talk.silent = [8]
        talk.isDense = true
        talk.actions += talk.session.availability(Conversation.first, isAvailable: false, now: talk.now)
        talk.hear(0.5)
        talk.engine(.closed(.unavailable("gone")), from: 0)
        talk.engine(.opened, from: 1)
        talk.hear(3.5)
        talk.hints(0..<1, leg: 1)
        talk.actions += talk.session.availability(Conversation.first, isAvailable: true, now: talk.now)
        talk.hear(1)
        #expect(talk.session.legs.map(\.engine) == [Conversation.second], "its turn goes on, and it is nearly there")
        talk.hear(4)
        #expect(talk.session.legs.map(\.engine) == [Conversation.second, Conversation.first])
        talk.engine(.opened, from: 2)
        let origin = try #require(talk.session.legs.last?.origin)
        talk.hear(1)
        talk.says(9..<10, leg: 2, through: 9.9)
        #expect(talk.actions.said == "", "what the other one was sent comes first")
        talk.says(0..<8, leg: 1, .endOfAudio, through: origin.seconds(at: .speech))
        talk.engine(.closed(nil), from: 1)
        #expect(talk.actions.said == "w0 w1 w2 w3 w4 w5 w6 w7 w9")
        #expect(talk.actions.gaps == [])
    }

    @Test func `goes back to the engine that it prefers when a turn is over`() throws {
        var talk = Conversation([Conversation.free(Conversation.first), Conversation.free(Conversation.second)])
        talk.silent = [3, 4, 5]
        talk.lively = nil
        talk.actions += talk.session.availability(Conversation.first, isAvailable: false, now: talk.now)
        talk.hear(1)
        talk.engine(.closed(.unavailable("gone")), from: 0)
        talk.engine(.opened, from: 1)
        talk.hear(1)
        talk.actions += talk.session.availability(Conversation.first, isAvailable: true, now: talk.now)
        talk.hear(1)
        #expect(talk.session.legs.map(\.engine) == [Conversation.second], "somebody speaks")
        talk.says(0..<3, leg: 1, .endOfTurn)
        talk.hear(1)
        #expect(talk.session.legs.map(\.engine) == [Conversation.second, Conversation.first])
        let end = try #require(talk.session.legs.last?.origin)
        talk.engine(.opened, from: 2)
        talk.engine(.final(Hypothesis(range: SampleRange(Conversation.at(3), end), words: []), reason: .endOfAudio), from: 1)
        talk.engine(.closed(nil), from: 1)
        talk.hear(3)
        talk.says(6..<7, leg: 2)
        #expect(talk.actions.said == "w0 w1 w2 w6")
        #expect(talk.actions.gaps == [])
    }

    @Test func `takes it as the end when an engine that has made all audio final closes, though the audio ends loudly`() {
        var talk = Conversation([Conversation.free(Conversation.first)], repairers: [])
        talk.lively = nil
        talk.isDense = true
        talk.hear(2)
        _ = talk.command(.finalize)
        talk.says(0..<1, leg: 0, .flush, through: 2)
        _ = talk.command(.finish)
        talk.engine(.closed(nil), from: 0)
        #expect(talk.actions.said == "w0")
        #expect(talk.actions.records.map(\.outcome) == [.completed])
        #expect(talk.actions.gaps == [])
        #expect(talk.actions.count { if case .open = $0 { true } else { false } } == 1, "nobody hears the end again")
        let isEnded = talk.session.isEnded
        #expect(isEnded)
    }

    @Test func `changes a leg before its time is over, in a silence`() throws {
        var talk = Conversation([Conversation.paced(Conversation.first, cap: .seconds(70))])
        talk.silent = [8]
        talk.isDense = true
        talk.hear(7.6)
        #expect(talk.session.legs.count == 1)
        talk.hear(1.2)
        #expect(talk.session.legs.map(\.engine) == [Conversation.first, Conversation.first])
        #expect(talk.actions.contains(.command(LegID(0), .finish)))
        talk.engine(.opened, from: 1)
        let end = try #require(talk.session.legs.last?.origin)
        talk.says(0..<8, leg: 0, .endOfAudio, through: end.seconds(at: .speech))
        talk.engine(.closed(nil), from: 0)
        talk.lively = 1
        talk.hear(1.2)
        talk.says(9..<10, leg: 1, through: 9.9)
        #expect(talk.actions.said == "w0 w1 w2 w3 w4 w5 w6 w7 w9")
        #expect(talk.actions.repairs == [])
        #expect(talk.actions.gaps == [])
    }

    @Test func `takes another stream of the same engine that knows more, in the next silence`() throws {
        var talk = Conversation()
        talk.silent = [4]
        talk.isDense = true
        talk.hear(2.6)
        talk.actions += talk.session.renew(Conversation.first, now: talk.now) ?? []
        talk.hear(1)
        #expect(talk.session.legs.count == 1)
        talk.hear(1.2)
        #expect(talk.session.legs.map(\.engine) == [Conversation.first, Conversation.first])
        talk.engine(.opened, from: 1)
        let end = try #require(talk.session.legs.last?.origin)
        talk.says(0..<4, leg: 0, .endOfAudio, through: end.seconds(at: .speech))
        talk.engine(.closed(nil), from: 0)
        talk.lively = 1
        talk.hear(1.2)
        talk.says(5..<6, leg: 1, through: 5.9)
        #expect(talk.actions.said == "w0 w1 w2 w3 w5")
        #expect(talk.session.legs.count == 1, "once is enough")
        #expect(talk.session.label(SpeakerLabel(0), of: LegID(1)) == talk.session.label(SpeakerLabel(0), of: LegID(1)))
    }

    @Test func `takes another stream that knows more before long where nobody pauses`() {
        var talk = Conversation()
        talk.isDense = true
        talk.hear(2.5)
        #expect(talk.session.renew(Conversation.second, now: talk.now) == nil)
        talk.actions += talk.session.renew(Conversation.first, now: talk.now) ?? []
        talk.hear(9.8)
        #expect(talk.session.legs.count == 1)
        talk.hear(0.5)
        #expect(talk.session.legs.count == 2)
    }

    @Test func `changes a leg while somebody speaks when there is no silence, and cuts no word`() throws {
        var talk = Conversation([Conversation.paced(Conversation.first, cap: .seconds(70))])
        talk.isDense = true
        talk.hear(10.5)
        #expect(talk.session.legs.count == 2)
        talk.engine(.opened, from: 1)
        let origin = try #require(talk.session.legs.last?.origin)
        #expect(origin > Conversation.at(8.5) && origin <= Conversation.at(10.5), "a little of what is before is heard by both")
        talk.hear(2.5)
        #expect(talk.actions.contains(.command(LegID(0), .finish)))
        let end = try #require(talk.session.legs.first?.sentThrough)
        #expect(end > Conversation.at(11.4))
        talk.says(0..<11, leg: 0, .endOfAudio)
        talk.engine(.closed(nil), from: 0)
        talk.says(10..<13, leg: 1)
        #expect(talk.actions.said == "w0 w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 w11 w12")
    }

    @Test func `ends a turn by itself whose engine died`() throws {
        var talk = Conversation()
        talk.silent = [3, 4, 5, 6, 7, 8]
        talk.hear(3)
        talk.says(0..<1, leg: 0, .length)
        talk.engine(.closed(.unavailable("gone")), from: 0)
        talk.engine(.opened, from: 1)
        talk.lively = 1
        talk.hear(1)
        talk.repairs(try #require(talk.actions.repairs.first))
        talk.hear(1.5)
        let ends = talk.actions.filter { if case .emit(.turnEnded) = $0 { true } else { false } }
        #expect(ends == [.emit(.turnEnded(.first, at: Conversation.at(2.8)))])
    }
}
