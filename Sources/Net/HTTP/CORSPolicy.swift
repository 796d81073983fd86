package import Framing

/// The web pages that may read a service's answers, and the headers that tell this to browsers.
package struct CORSPolicy: Sendable, Equatable {
    package enum Origins: Sendable, Equatable {
        /// Every page may read answers. Browsers then send no cookies, so this is only for services that expect keys in headers.
        case any
        /// Exact origins, such as `https://example.org`.
        case listed(Set<String>)
    }

    package var origins: Origins
    package var methods: [HTTPMethod]
    /// Request headers that a page may set; empty: all headers for which the page asks.
    package var allowedHeaders: [String]
    /// Headers of answers that a page may read.
    package var exposedHeaders: [String]
    /// Maximum time for which a browser may remember the answer to a preflight request.
    package var maximumAge: Duration

    package init(
        origins: Origins, methods: [HTTPMethod] = [.get, .head, .post, .put, .patch, .delete], allowedHeaders: [String] = [],
        exposedHeaders: [String] = [], maximumAge: Duration = .seconds(600)
    ) {
        self.origins = origins
        self.methods = methods
        self.allowedHeaders = allowedHeaders
        self.exposedHeaders = exposedHeaders
        self.maximumAge = maximumAge
    }

    package func allows(origin: String) -> Bool {
        switch origins {
        case .any: true
        case .listed(let origins): origins.contains(origin)
        }
    }

    /// Returns the headers to add to the answer to this request; empty when the request does not come from a page of an allowed origin.
    package func headers(for request: HTTPRequestHead) -> HTTPHeaders {
        guard let origin = request.headers["Origin"], allows(origin: origin) else { return [:] }
        var headers: HTTPHeaders = [:]
        switch origins {
        case .any:
            headers.add("Access-Control-Allow-Origin", "*")
        case .listed:
            headers.add("Access-Control-Allow-Origin", origin)
            headers.add("Vary", "Origin")
        }
        if !exposedHeaders.isEmpty { headers.add("Access-Control-Expose-Headers", exposedHeaders.joined(separator: ", ")) }
        return headers
    }

    /// Returns the whole answer to a preflight request: 204, or 403 for an origin that is not allowed. nil for any other request, including plain
    /// `OPTIONS`.
    package func preflightAnswer(to request: HTTPRequestHead) -> HTTPResponseHead? {
        guard request.method == .options, let origin = request.headers["Origin"], request.headers["Access-Control-Request-Method"] != nil else {
            return nil
        }
        guard allows(origin: origin) else { return HTTPResponseHead(.forbidden) }
        var headers = headers(for: request)
        headers.add("Access-Control-Allow-Methods", methods.map(\.rawValue).joined(separator: ", "))
        let allowed = allowedHeaders.isEmpty ? request.headers["Access-Control-Request-Headers"] : allowedHeaders.joined(separator: ", ")
        if let allowed { headers.add("Access-Control-Allow-Headers", allowed) }
        headers.add("Access-Control-Max-Age", "\(maximumAge.components.seconds)")
        return HTTPResponseHead(.noContent, headers: headers)
    }
}
