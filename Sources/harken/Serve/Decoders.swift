import Audio
import Decoding
import Gateway
import Net
import Observability

/// The decoders of a gateway's recordings: processes of this program that can only decode.
enum Decoders {
    /// Maximum number of decoding processes, or two more than the processors if that is more; further recordings wait. A process is in use until its
    /// recording is recognised, so there are more processes than processors. A waiting process costs only memory.
    private static let maxCount = 16

    static func make(_ configuration: GatewayConfiguration, _ metrics: Metrics, _ log: Log) throws(SystemError) -> any MediaSource {
        let workers = try DecodeWorkers(.init(maxWorkers: max(Processors.count + 2, maxCount))) { event in
            switch event {
            case .started: metrics.decoderStarted()
            case .lost(let loss, let end):
                metrics.decoderLost(loss.rawValue)
                log.warning("a recording's decoder was lost", [.reason: loss.rawValue, .status: end])
            case .unconfined:
                log.warning(
                    "decoders are not confined by a seccomp filter",
                    [.reason: "this system has no seccomp filters; decoders keep their limits of memory and time"])
            }
        }
        guard let longest = configuration.recordingLength else { return workers }
        return BoundedMedia(workers, longest: longest)
    }
}
