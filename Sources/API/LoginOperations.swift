internal import Admission
internal import Framing
internal import Protocols

/// The operations by which a web page logs in with a key, and logs out.
struct LoginOperations: Sendable {
    let admission: Admission

    var all: [APIOperation] {
        [
            APIOperation(
                .post, "/login",
                summary: "Logs a page of the gateway in: sets a cookie that stands for the key, for 12 hours at most. The key is not in the cookie.",
                body: [.init("key", "string", required: true, "An access key, or a token of the identity provider.")], answer: .nothing
            ) { request throws(APIError) in
                let key = try request.needed("key")
                do throws(RequestError) {
                    // A gateway without keys serves its machine without a login.
                    guard let login = try await admission.logIn(key, request.head, peer: request.client.peer) else { return .nothing }
                    return Self.answer(LoginCookie.header(login.token, lifetime: login.lifetime, isSecure: request.client.isSecure))
                } catch {
                    throw APIError(error)
                }
            },
            APIOperation(
                .post, "/logout", summary: "Logs the page out: ends the login of the request's cookie and removes the cookie.", answer: .nothing
            ) { request throws(APIError) in
                do throws(RequestError) { try await admission.logOut(request.head) } catch { throw APIError(error) }
                return Self.answer(LoginCookie.removal(isSecure: request.client.isSecure))
            },
        ]
    }

    private static func answer(_ cookie: String) -> APIAnswer {
        var answer = APIAnswer.nothing
        answer.headers.add("Set-Cookie", cookie)
        return answer
    }
}
