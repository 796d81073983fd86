import Conversations
import Speech
import Testing

@testable import Speakers

private func along(_ degrees: Double, model: String = "m") -> Voiceprint {
    // cos and sin by their series would need libm's import; a table of what is used does.
    let table: [Double: (Float, Float)] = [0: (1, 0), 90: (0, 1), 180: (-1, 0), 60: (0.5, 0.8660254), 30: (0.8660254, 0.5)]
    let (x, y) = table[degrees] ?? (1, 0)
    return Voiceprint([x, y, 0], model: model)!
}

/// At this distance from `along(0)`.
private func apart(_ distance: Float, z: Bool = false) -> Voiceprint {
    let cosine = 1 - distance, rest = max(0, 1 - cosine * cosine).squareRoot()
    return Voiceprint(z ? [cosine, 0, rest] : [cosine, rest, 0], model: "m")!
}

private func voice(_ id: String, _ owner: Voice.Owner, _ voiceprint: Voiceprint) -> Voice {
    Voice(id: ID(id), number: 1, owner: owner, voiceprint: voiceprint, evidence: .seconds(10), created: UnixTime(milliseconds: 0))
}

@Suite struct `Distance of voiceprints` {
    @Test func `is 0 for the same, 1 for unrelated, 2 for opposite ones`() {
        #expect(abs(along(0).distance(to: along(0))) < 1e-6)
        #expect(abs(along(0).distance(to: along(90)) - 1) < 1e-6)
        #expect(abs(along(0).distance(to: along(180)) - 2) < 1e-6)
    }

    @Test func `a zero vector is no voiceprint; other lengths and models never match`() throws {
        #expect(Voiceprint([0, 0, 0], model: "m") == nil)
        let short = try #require(Voiceprint([1, 0], model: "m"))
        #expect(along(0).distance(to: short) == 2)
        #expect(along(0).distance(to: along(0, model: "older")) == 2)
    }
}

@Suite struct `Voice directory` {
    private let rule = SpeakerRule(distance: 0.65)
    private func directory(_ voices: Voice...) -> VoiceDirectory { VoiceDirectory(voices, rule: rule) }
    private func isKnown(_ match: VoiceDirectory.Match) -> Bool { if case .known = match { true } else { false } }

    @Test(arguments: [(Float(0.649), true), (0.651, false)])
    func `accepts strictly below the distance`(distance: Float, accepts: Bool) {
        #expect(isKnown(directory(voice("a", .person(ID("p")), along(0))).match(apart(distance), evidence: .seconds(5))) == accepts)
    }

    @Test(arguments: [(Float(0.101), true), (0.099, false)])
    func `wants a margin to anybody else`(margin: Float, accepts: Bool) {
        let known = directory(voice("a", .person(ID("p")), apart(0.2)), voice("b", .nobody, apart(0.2 + margin, z: true)))
        #expect(isKnown(known.match(along(0), evidence: .seconds(5))) == accepts)
    }

    @Test func `two voices of one person do not compete`() {
        let known = directory(voice("a", .person(ID("p")), apart(0.2)), voice("b", .person(ID("p")), apart(0.21, z: true)))
        #expect(isKnown(known.match(along(0), evidence: .seconds(5))))
    }

    @Test func `decides nothing before 5 s, and never across models`() {
        let known = directory(voice("a", .user, along(0)))
        #expect(known.match(along(0), evidence: .milliseconds(4_999)) == .undecided)
        #expect(known.match(along(0, model: "older"), evidence: .seconds(5)) == .unknown(nearest: nil))
    }

    @Test func `suggests at most three with levels by distance`() {
        let known = directory(
            voice("a", .person(ID("a")), apart(0.6)), voice("b", .person(ID("b")), apart(0.7)), voice("c", .person(ID("c")), apart(0.8)),
            voice("d", .person(ID("d")), apart(0.9)), voice("e", .nobody, apart(0.1)))
        #expect(known.suggestions(along(0)).map(\.level) == [3, 2, 1])
    }

    @Test func `of several voices that pass for one, the plainly nearest wins, and on a tie nobody`() {
        #expect(rule.nearest([1: Float(0.2), 2: 0.5, 3: 0.7]) == 1)
        #expect(rule.nearest([1: Float(0.2), 2: 0.29]) == nil)
        #expect(rule.nearest([1: Float(0.66)]) == nil)
    }
}

@Suite struct `Cluster identity` {
    private let directory = VoiceDirectory(
        [voice("u", .user, along(0)), voice("a", .person(ID("a")), along(90))], rule: SpeakerRule(distance: 0.5))

    private func range(_ start: Double, _ end: Double) -> SampleRange {
        SampleRange(SampleIndex(seconds: start, at: .speech), SampleIndex(seconds: end, at: .speech))
    }

    @Test func `confidence is 1 at distance 0 and 0 at the threshold`() {
        let rule = SpeakerRule(distance: 0.5)
        #expect(rule.confidence(at: 0) == 1 && rule.confidence(at: 0.5) == 0 && rule.confidence(at: 0.25) == 0.5)
    }

    @Test(arguments: [
        ClusterIdentity.Reason.missingAudio, .missingExtractor, .noUsableSpans, .extractionFailed, .embeddingFailed,
    ])
    func `what went wrong with a cluster is its reason`(reason: ClusterIdentity.Reason) {
        let found = ClusterIdentity.identify([("c", .failure(.init(reason)))], in: directory)
        #expect(found["c"]?.reason == reason && found["c"]?.identity == .unknown)
    }

    @Test func `nobody to compare with and nobody near are told apart`() {
        #expect(ClusterIdentity.identify([("c", .success(along(0)))], in: VoiceDirectory())["c"]?.reason == .missingCandidates)
        let far = ClusterIdentity.identify([("c", .success(along(180)))], in: directory)["c"]
        #expect(far?.reason == .belowThreshold && far?.candidates.count == 2)
    }

    @Test func `nobody is found twice`() {
        let found = ClusterIdentity.identify([("1", .success(along(0))), ("2", .success(along(0)))], in: directory)
        #expect(found["1"]?.identity.isUser == true)
        #expect(found["2"]?.identity == .unknown)
    }

    @Test func `a person's word survives a second run`() {
        let manual = SpeakerIdentity(.person(ID("x")), by: .manual)
        let finding = ClusterIdentity.Finding(identity: .unknown, reason: .belowThreshold, candidates: [])
        #expect(ClusterIdentity.applied(finding, to: manual) == manual)
        #expect(ClusterIdentity.applied(finding, to: SpeakerIdentity(.user, by: .voiceprint)) == .unknown)
    }

    @Test func `evidence is long, spoken alone, in order, and not more than needed`() {
        let spans = ClusterIdentity.spans([
            .init(cluster: "a", range(0, 0.9), words: 9), .init(cluster: "a", range(1, 3), words: 1), .init(cluster: "a", range(20, 36), words: 30),
            .init(cluster: "b", range(40, 42), words: 4), .init(cluster: "a", range(41, 44), words: 4), .init(cluster: "b", range(50, 53), words: 4),
        ])
        #expect(spans["a"] == [range(23, 33)])
        #expect(spans["b"] == [range(50, 53)])
    }
}
