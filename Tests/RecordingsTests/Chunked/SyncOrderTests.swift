import Speech
import Testing

@testable import Recordings

@Suite struct `The choice of tracks in an order of a device's files` {
    @Test(arguments: [TrackChoice.usual, .all])
    func `holds for files with tracks, and not for frames beside them`(choice: TrackChoice) {
        let file = SyncOrder.File(upload: "u1", digest: "a1", encoding: nil, rate: .speech, started: nil)
        let frames = SyncOrder.File(upload: "u2", digest: "b2", encoding: .opus, rate: .speech, started: nil)
        let order = SyncOrder(files: [file, frames], language: nil, source: "s", tracks: choice)
        #expect(order.tracks(of: file) == choice)
        #expect(order.tracks(of: frames) == .usual)
    }
}
