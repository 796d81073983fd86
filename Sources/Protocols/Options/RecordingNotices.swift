package import Framing
package import Speech

/// The notices about a recording in answers: the header `X-Harken-Notice`, once for each notice, and texts in bodies.
package enum RecordingNotices {
    package static let header = "X-Harken-Notice"

    /// Adds a header for each notice. The headers have no names of tracks, which may be in any script.
    package static func add(_ notices: [RecordingNotice], to headers: inout HTTPHeaders) {
        for notice in notices { headers.add(header, HeaderText.safe(notice.withoutNames.text(by: .parameter))) }
    }

    package static func texts(_ notices: [RecordingNotice]) -> [String] { notices.map { $0.text(by: .parameter) } }

    /// Returns the sentence for the client of a live session, which has no choice of a track.
    package static func live(_ notice: RecordingNotice) -> String { notice.text(by: nil, of: .stream) }

    /// Writes the member `warnings` with the texts and other warnings, unless there are none; `sound_tracks` with their number when one of several was
    /// heard, and `mixed_channels` with their number when channels with different sound were mixed.
    package static func write(_ notices: [RecordingNotice], _ others: [String] = [], to json: inout JSONWriter) {
        guard !notices.isEmpty || !others.isEmpty else { return }
        for case .otherTracks(_, let total, _) in notices { json.member("sound_tracks", total) }
        for case .mixedChannels(let count) in notices { json.member("mixed_channels", count) }
        json.key("warnings")
        json.array(texts(notices) + others)
    }
}
