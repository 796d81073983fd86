import Framing
import Protocols
import Recordings
import Store
import Testing

@Suite struct `The answer to an error of the store` {
    @Test func `says when to try again if too many requests wait for the database`() {
        let busy = ChunkedRecordingError(StoreError.overloaded("20000 queries wait for a connection")).response
        #expect(busy.status == .serviceUnavailable)
        #expect(busy.headers["Retry-After"] == "5")
        let locked = ChunkedRecordingError(StoreError.busy(path: "harken.db")).response
        #expect(locked.status == .serviceUnavailable)
        #expect(locked.headers["Retry-After"] == nil)
    }
}
