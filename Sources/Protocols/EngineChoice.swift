package import Framing
package import Speech

/// The engines that a request names, in the query (`engine=deepgram,local`) or in the header `X-Harken-Engine`; the query counts first.
package enum EngineChoice {
    /// Returns the engines in order of preference, each once; empty when the request leaves the choice to the operator.
    package static func engines(of head: HTTPRequestHead) -> [EngineName] {
        let asked = head.query.all("engine").joined(separator: ",")
        let names = (asked.isEmpty ? head.headers.values("X-Harken-Engine").joined(separator: ",") : asked)
            .split(separator: ",").map(\.trimmingBlanks).filter { !$0.isEmpty }
        var engines: [EngineName] = []
        for name in names.map({ EngineName(String($0)) }) where !engines.contains(name) { engines.append(name) }
        return engines
    }
}
