package import Continuity
package import Engines
package import Framing
package import Protocols
internal import Speech

/// The mode that a request asks for, in the header `X-Harken-Mode`.
package enum ModeChoice {
    /// Modes that a client may choose. The operator decides whether a session is shadowed.
    private static let offered: [SessionMode] = [.failover, .hedged, .ensemble]

    /// Reads the mode from a request.
    ///
    /// - Returns: the mode; nil when the request leaves the mode to the operator.
    package static func mode(of head: HTTPRequestHead) throws(RequestError) -> SessionMode? {
        guard let text = head.headers["X-Harken-Mode"] else { return nil }
        let name = String(text[...].trimmingBlanks).lowercased()
        guard let mode = offered.first(where: { $0.rawValue == name }) else {
            throw .badRequest("X-Harken-Mode: \"\(text)\" is not a mode. Modes: \(offered.map(\.rawValue).joined(separator: ", ")).")
        }
        return mode
    }

    /// Checks that the engines allow the mode.
    ///
    /// - Parameter engines: the engines that may serve the request.
    package static func check(_ mode: SessionMode, _ engines: [EngineEntry]) throws(RequestError) {
        guard engines.count < mode.fewestEngines else { return }
        let names = engines.map(\.name.rawValue).joined(separator: ", ")
        throw .badRequest(
            "X-Harken-Mode: \(mode.rawValue) needs \(mode.fewestEngines) engines, but this request may use \(engines.count): \(names). "
                + "Name more with engine=, or leave the header out.")
    }
}
