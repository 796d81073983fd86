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

    @Test func `tells a user's own limit as the user's own, on every route`() async throws {
        let error = StoreError.tooManyOfUser("10000 queries of one user wait for a connection")
        let answer = ChunkedRecordingError(error).response
        #expect(answer.status == .tooManyRequests && answer.headers["Retry-After"] == "5")
        #expect(String(decoding: answer.body, as: UTF8.self).contains("your requests"))
        await #expect(throws: RequestError.tooManyRequests(retryAfter: .seconds(5))) {
            try await RequestError.orStored { () throws(StoreError) -> Void in throw error }
        }
        await #expect(throws: RequestError.unavailable("The gateway's store cannot be used.")) {
            try await RequestError.orStored { () throws(StoreError) -> Void in throw StoreError.conflict("it is not the caller's") }
        }
    }
}
