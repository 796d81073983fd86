import Framing
import Protocols
import Store
import Testing

@testable import API

@Suite struct `An error of the API` {
    @Test func `says when to try again, where that is known`() {
        let overloaded = APIError(StoreError.overloaded("20000 queries wait for a connection"))
        #expect(overloaded.status == .serviceUnavailable)
        #expect(overloaded.headers["Retry-After"] == "5")
        #expect(APIError(RequestError.tooManyRequests(retryAfter: .milliseconds(1_500))).headers["Retry-After"] == "2")
        #expect(APIError(StoreError.busy(path: "harken.db")).headers["Retry-After"] == nil)
    }
}
