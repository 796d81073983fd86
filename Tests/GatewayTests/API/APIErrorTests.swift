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
        let ownLimit = APIError(StoreError.tooManyOfUser("10000 queries of one user wait for a connection"))
        #expect(ownLimit.status == .tooManyRequests && ownLimit.code == "too_many_requests" && ownLimit.message.contains("your requests"))
        #expect(ownLimit.headers["Retry-After"] == "5")
        #expect(APIError(RequestError.tooManyRequests(retryAfter: .milliseconds(1_500))).headers["Retry-After"] == "2")
        #expect(APIError(StoreError.busy(path: "harken.db")).headers["Retry-After"] == nil)
    }
}
