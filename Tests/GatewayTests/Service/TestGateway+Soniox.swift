import Framing
import HarkenTesting

/// A client of Soniox's recorded protocol.
extension TestGateway {
    /// Sends a file; `reference`: the client's own name for it.
    func sendFile(
        _ content: String = "some audio", name: String = "talk.wav", reference: String? = nil, headers: HTTPHeaders = [:]
    ) async throws -> Answer {
        var form = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\n\r\n\(content)\r\n"
        if let reference { form += "--b\r\nContent-Disposition: form-data; name=\"client_reference_id\"\r\n\r\n\(reference)\r\n" }
        var headers = headers
        headers.set("Content-Type", "multipart/form-data; boundary=b")
        return try await api(.post, "/v1/files", headers: headers, body: form + "--b--\r\n")
    }

    /// Sends a file, and returns its id.
    func uploadFile(_ content: String = "some audio", headers: HTTPHeaders = [:]) async throws -> String {
        try await sendFile(content, headers: headers).string("id") ?? ""
    }

    func orderTranscription(_ members: String, headers: HTTPHeaders = [:]) async throws -> Answer {
        try await api(.post, "/v1/transcriptions", headers: headers, body: "{\(members)}")
    }

    /// Waits for the end of a transcription.
    func transcription(_ id: String, headers: HTTPHeaders = [:]) async throws -> Answer {
        try await untilSome {
            let state = try await api(.get, "/v1/transcriptions/" + id, headers: headers)
            return ["queued", "processing"].contains(state.string("status") ?? "") ? nil : state
        }
    }

    /// Has a file transcribed, and returns what is said: the answer with the tokens, or the error.
    func transcribed(by members: String) async throws -> String {
        let order = try await orderTranscription(members + #","file_id":"\#(try await uploadFile())""#)
        guard order.status == 201, let id = order.string("id") else { return order.text }
        let end = try await transcription(id)
        return end.string("status") == "completed" ? try await api(.get, "/v1/transcriptions/\(id)/transcript").text : end.text
    }
}
