@testable import API
import Conversations
import Framing
import Speech
import Store
import Testing

@Suite struct `The recordings of a voice that a deletion names` {
    private func samples(_ ids: String...) -> [SpeechSample] {
        ids.map { SpeechSample(id: ID($0), owner: .user, duration: .seconds(6), created: UnixTime(milliseconds: 0)) }
    }

    @Test(
        arguments: [
            ("memory_id=b&segment_idx=0", ["b"]), ("memory_id=b", ["b"]), ("memory_id=b&segment_idx=0&person_id=null&all=false", ["b"]),
            ("id=b", ["b"]),
            ("all=true", ["a", "b", "c"]), ("memory_id=b&segment_idx=1", nil), ("memory_id=d&segment_idx=0", nil), ("id=d", nil),
        ] as [(String, [String]?)])
    func `are those, or none`(query: String, ids: [String]?) throws {
        let selection = try SpeechSampleSelection(try URLQuery(parsing: query))
        #expect(selection.chosen(from: samples("a", "b", "c"))?.map(\.id.rawValue) == ids)
    }

    @Test(arguments: [
        "", "all=false", "all=yes", "all", "id=", "memory_id=&segment_idx=0", "segment_idx=0", "person_id=p", "memory_id=b&segment_idx=0.5",
        "memory_id=b&segment_idx=", "memory_id=b&id=b", "memory_id=b&all=true", "id=b&segment_idx=0", "all=true&segment_idx=0", "all=true&owner=p",
        "Memory_id=b", "memory_id=b&memory_id=c", "sample=b&all=true",
    ])
    func `are refused when the query is not clear`(query: String) throws {
        let query = try URLQuery(parsing: query)
        #expect { try SpeechSampleSelection(query) } throws: { error in
            guard let error = error as? APIError else { return false }
            return error.status == .badRequest && error.message.contains(SpeechSampleSelection.accepted)
        }
    }

    @Test(arguments: [
        ("", Voice.Owner.user), ("person_id=", .user), ("person_id=null", .user), ("person_id=p", .person(ID("p"))),
    ])
    func `are the user's unless it names a person`(query: String, owner: Voice.Owner) throws {
        #expect(SpeechSampleSelection.owner(try URLQuery(parsing: query)) == owner)
    }

    @Test func `have addresses that lead back to them`() {
        let id = "7590594a-43bc-4789-8c39-c0953c0fa757", user = SpeechSampleAddress(ID(id), of: .user)
        #expect(user.path == "/v3/speech-profile/expand/\(id)_segment_0.ogg")
        #expect(SpeechSampleAddress(ID(id), of: .person(ID("a b"))).path == user.path + "?person_id=a%20b")
        #expect(SpeechSampleAddress(name: "\(id)_segment_0.ogg", of: .user) == user)
        for name in ["", id, "\(id).ogg", "\(id)_segment_1.ogg", "\(id)_segment_0.wav", "_segment_0.ogg"] {
            #expect(SpeechSampleAddress(name: name, of: .user) == nil, "\(name)")
        }
    }
}
