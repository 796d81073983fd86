import Admission
import HarkenTesting
import Protocols
@testable import Recordings
import Speech
import Testing

@Suite(.hangLimit) struct `A user whose deletion begins during a request` {
    @Test func `is refused by the next step of the request`() async throws {
        try await TestRecordings.with([]) { recordings in
            let admission = recordings.services.admission, caller = AuthenticatedCaller(.local)
            _ = try await admission.admit(caller, BYOKCredentials(), for: .recording)
            try await admission.checkAgain(caller)
            admission.reject([.local])
            await #expect(throws: RequestError.self) { _ = try await admission.admit(caller, BYOKCredentials(), for: .recording) }
            await #expect(throws: RequestError.self) { try await admission.checkAgain(caller) }
            admission.reject([])
            _ = try await admission.admit(caller, BYOKCredentials(), for: .recording)
        }
    }
}
