import Conversations
import HarkenTesting
import Speech
import Testing

@testable import Speakers

@Suite struct `Reconciliation of voices` {
    private let rule = SpeakerRule()
    private let vera = Voice.Owner.person(ID("vera")), otto = Voice.Owner.person(ID("otto"))

    /// A voice in a space of three directions: its distances from the axes are 1 − x, 1 − y and 1 − z.
    private func voice(
        _ number: Int, _ owner: Voice.Owner, _ x: Float, _ y: Float, _ z: Float = 0, evidence: Duration = .seconds(10),
        isAdopted: Bool = false
    ) throws -> Voice {
        let rest = max(0, 1 - x * x - y * y - z * z).squareRoot()
        return Voice(
            id: ID("v\(number)"), number: number, owner: owner, voiceprint: try #require(Voiceprint([x, y, z, rest], model: "m")),
            evidence: evidence, created: UnixTime(milliseconds: 0),
            adoption: isAdopted ? Voice.Adoption(UnixTime(milliseconds: 1), distance: 0.1) : nil)
    }

    private func adopted(_ voices: Voice...) -> [Int: Voice.Owner] {
        var adopted: [Int: Voice.Owner] = [:]
        for change in VoiceReconciliation.changes(among: voices, rule: rule) {
            guard case .adopt(let id, let owner, _) = change, let voice = voices.first(where: { $0.id == id }) else { continue }
            adopted[voice.number] = owner
        }
        return adopted
    }

    @Test func `gives an enrolled person every earlier voice that sounds like them`() throws {
        let found = adopted(
            try voice(1, .nobody, 0.8, 0), try voice(2, .nobody, 0.9, 0.1), try voice(3, .nobody, 0.1, 0.9), try voice(4, .user, 0, 0, 1),
            try voice(5, vera, 1, 0))
        #expect(found == [1: vera, 2: vera])
    }

    @Test(arguments: [(Float(0.51), true), (0.49, false)])
    func `takes the distance of the rule`(cosine: Float, isAdopted: Bool) throws {
        #expect(adopted(try voice(1, .nobody, cosine, 0), try voice(2, vera, 1, 0)).isEmpty != isAdopted)
    }

    @Test(arguments: [(Float(0.69), true), (0.71, false)])
    func `wants a margin to every other owner, also of an adopted voice`(other: Float, isAdopted: Bool) throws {
        for adoptedBefore in [false, true] {
            let found = adopted(
                try voice(1, .nobody, 0.8, 0, 0.6), try voice(2, vera, 1, 0), try voice(3, otto, 0, 1),
                // Nearer to the first voice than Otto's enrolled one.
                try voice(4, otto, other / 0.8, 0, isAdopted: adoptedBefore))
            #expect((found[1] == vera) == isAdopted)
        }
    }

    @Test func `gives a voice of which too little was heard only where there is no doubt`() throws {
        #expect(adopted(try voice(1, .nobody, 0.59, 0, evidence: .milliseconds(4_900)), try voice(2, vera, 1, 0)).isEmpty)
        #expect(adopted(try voice(1, .nobody, 0.61, 0, evidence: .milliseconds(4_900)), try voice(2, vera, 1, 0)) == [1: vera])
    }

    @Test func `merges two voices without a name that are one, and leaves others`() throws {
        func merged(_ voices: Voice...) -> [String] {
            VoiceReconciliation.changes(among: voices, rule: rule).map { change in
                guard case .merge(let voice, let other, let evidence) = change else { return "\(change)" }
                return "\(voice) into \(other), \(evidence.duration)"
            }
        }
        #expect(try merged(voice(1, .nobody, 1, 0), voice(2, .nobody, 0.61, 0), voice(3, .nobody, 0, 1)) == ["v2 into v1, 20.0 seconds"])
        #expect(try merged(voice(1, .nobody, 1, 0), voice(2, .nobody, 0.59, 0)) == [])
        #expect(
            try merged(voice(1, .nobody, 1, 0, evidence: .seconds(3)), voice(2, .nobody, 1, 0, evidence: .seconds(3))) == ["v2 into v1, 6.0 seconds"])
        // Vera is nearly as near to the second voice: it may be hers.
        #expect(
            try merged(voice(1, .nobody, 0.62, 0.78), voice(2, .nobody, 1, 0), voice(3, vera, 0.53, 0, 0.84), voice(4, otto, 0.53, 0, -0.84)) == [])
    }

    @Test func `gives one person no two voices that differ, unless each is beyond doubt`() throws {
        // Two voices as near to her, and unlike each other: nobody knows which is hers.
        #expect(adopted(try voice(1, .nobody, 0.55, 0.8), try voice(2, .nobody, 0.54, -0.8), try voice(3, vera, 1, 0)).isEmpty)
        // One is beyond doubt; what is unlike it and at the limit is not hers.
        #expect(adopted(try voice(1, .nobody, 0.7, 0.7), try voice(2, .nobody, 0.54, -0.8), try voice(3, vera, 1, 0)) == [1: vera])
        // A voice at the limit that sounds like the one beyond doubt is.
        #expect(adopted(try voice(1, .nobody, 0.7, 0.7), try voice(2, .nobody, 0.54, 0.8), try voice(3, vera, 1, 0)) == [1: vera, 2: vera])
    }

    @Test func `does not conclude from adopted voices`() throws {
        #expect(adopted(try voice(1, .nobody, 0, 0.9), try voice(2, vera, 0.7, 0.7, isAdopted: true), try voice(3, vera, 1, 0)).isEmpty)
    }

    @Test func `takes an adopted voice back when what it sounds like is gone`() throws {
        let alone = try voice(1, vera, 0.8, 0, isAdopted: true)
        #expect(VoiceReconciliation.changes(among: [alone], rule: rule) == [.release(ID("v1"))])
        let other = try voice(2, vera, 0, 1)
        #expect(VoiceReconciliation.changes(among: [alone, other], rule: rule) == [.release(ID("v1"))])
        // Between 0.50 and 0.60 nothing changes, so that a voice at the limit does not change hands all the time.
        let near = try voice(2, vera, 1, 0)
        #expect(VoiceReconciliation.changes(among: [try voice(1, vera, 0.45, 0, isAdopted: true), near], rule: rule).isEmpty)
        #expect(VoiceReconciliation.changes(among: [alone, near], rule: rule).isEmpty)
    }

    /// Voices of some people in a space of eight directions, each heard several times.
    private func crowd(_ count: Int, _ random: inout SeededGenerator) throws -> [Voice] {
        let centres = (0..<max(2, count / 4)).map { _ in (0..<8).map { _ in Float.random(in: -1...1, using: &random) } }
        return try (1...count).map { number in
            let centre = centres[Int.random(in: 0..<centres.count, using: &random)]
            let direction = centre.map { $0 + Float.random(in: -0.5...0.5, using: &random) }
            let owner: Voice.Owner = [.nobody, .nobody, .nobody, vera, otto, .user].randomElement(using: &random) ?? .nobody
            return Voice(
                id: ID("v\(number)"), number: number, owner: owner, voiceprint: try #require(Voiceprint(direction, model: "m")),
                evidence: .seconds(10), created: UnixTime(milliseconds: 0))
        }
    }

    /// Makes the voices agree, as the store does.
    private func agree(_ voices: inout [Voice]) {
        while true {
            let changes = VoiceReconciliation.changes(among: voices, rule: rule)
            if changes.isEmpty { return }
            for change in changes {
                switch change {
                case .adopt(let id, let owner, let distance):
                    guard let index = voices.firstIndex(where: { $0.id == id }) else { continue }
                    voices[index].owner = owner
                    voices[index].adoption = Voice.Adoption(UnixTime(milliseconds: 1), distance: distance)
                case .release(let id):
                    guard let index = voices.firstIndex(where: { $0.id == id }) else { continue }
                    voices[index].owner = .nobody
                    voices[index].adoption = nil
                case .merge(let id, let other, let evidence):
                    voices.removeAll { $0.id == id }
                    guard let index = voices.firstIndex(where: { $0.id == other }) else { continue }
                    voices[index].voiceprint = evidence.voiceprint
                    voices[index].evidence = evidence.duration
                }
            }
        }
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `finds the same near what has changed as everywhere, once the voices agree`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var voices = try crowd(Int.random(in: 4...40, using: &random), &random)
        let new = (0..<Int.random(in: 1...3, using: &random)).compactMap { _ in voices.popLast() }
        agree(&voices)
        var sounds = new.map(\.voiceprint)
        if Bool.random(using: &random), let index = voices.indices.randomElement(using: &random) {
            // Somebody gets a name, or loses it.
            voices[index].owner = voices[index].owner == .nobody ? otto : .nobody
            voices[index].adoption = nil
            sounds.append(voices[index].voiceprint)
        }
        voices += new
        #expect(VoiceReconciliation.changes(among: voices, near: sounds, rule: rule) == VoiceReconciliation.changes(among: voices, rule: rule))
    }
}
