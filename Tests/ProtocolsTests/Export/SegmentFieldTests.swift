import Conversations
import Framing
import Protocols
import Speech
import Testing

@Suite struct `Fields of a segment` {
    /// A segment of which everything is known.
    private let segment = Segment(
        id: ID("s1"), text: "Hello \"you\".", start: .zero, end: .seconds(1.5),
        words: [SegmentWord("Hello", start: .zero, end: .milliseconds(500), confidence: 0.5)], speaker: SpeakerNumber(3),
        identity: SpeakerIdentity(.person(ID("p1")), by: .voiceprint, confidence: 0.75), channel: ChannelIndex(1), engine: .local, model: "base")

    private func text(_ segment: Segment, withWords: Bool) -> String {
        var json = JSONWriter()
        segment.write(to: &json, withWords: withWords)
        return json.text
    }

    @Test func `are members of JSON in their order`() {
        let members: [String] = [
            #"{"id":"s1","text":"Hello \"you\".","speaker":"SPEAKER_03","speaker_id":3,"is_user":false,"person_id":"p1","start":0.0,"end":1.5,"#,
            #""translations":[],"speech_profile_processed":true,"stt_provider":"local","stt_model":"base","provider_cluster_id":null,"#,
            #""provider_speaker_label":null,"speaker_identity_state":"identified","speaker_identity_status":"not_user","#,
            #""speaker_identity_confidence":0.75,"speaker_identity_source":"voiceprint","speaker_identity_version":null,"#,
            #""speaker_identity_provenance":null,"speaker_identity_candidates":null,"speaker_identity_text_hints":null"#,
        ]
        #expect(text(segment, withWords: false) == members.joined() + "}")
        #expect(text(segment, withWords: true) == members.joined() + #","words":[{"text":"Hello","start":0.0,"end":0.5}]}"#)
    }

    @Test func `are null where nobody knows them`() {
        let members: [String] = [
            #"{"id":"s","text":"","speaker":"SPEAKER_00","speaker_id":0,"is_user":false,"person_id":null,"start":0.0,"end":0.0,"translations":[],"#,
            #""speech_profile_processed":true,"stt_provider":null,"stt_model":null,"provider_cluster_id":null,"provider_speaker_label":null,"#,
            #""speaker_identity_state":"unknown","speaker_identity_status":"unknown","speaker_identity_confidence":null,"#,
            #""speaker_identity_source":null,"speaker_identity_version":null,"speaker_identity_provenance":null,"#,
            #""speaker_identity_candidates":null,"speaker_identity_text_hints":null,"words":[]}"#,
        ]
        #expect(text(Segment(id: ID("s"), text: "", start: .zero, end: .zero), withWords: true) == members.joined())
    }

    @Test func `are put back as they were stored`() {
        var restored = Segment(id: segment.id, text: "", start: .zero, end: .zero, identity: segment.identity)
        for (field, column) in SegmentField.stored { column.restore(&restored, field.value(segment)) }
        #expect(restored == segment)
    }

    @Test func `have names and columns of their own`() {
        let names = SegmentField.all.compactMap { $0.name?.description }, columns = SegmentField.stored.map(\.column.name.description)
        #expect(Set(names).count == names.count && Set(columns).count == columns.count)
        #expect(SegmentField.all.allSatisfy { ($0.name == nil) == $0.meaning.description.isEmpty })
    }

    @Test func `have a text and words that a person edits`() {
        #expect(SegmentField.stored.filter(\.column.isEdited).map(\.column.name.description) == ["text", "words"])
    }
}
