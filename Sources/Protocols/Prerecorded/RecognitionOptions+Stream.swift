package import Speech

extension RecognitionOptions {
    /// Makes the options for recognising a segment of a live stream by the stream's own engine.
    package init(segmentOf stream: StreamOptions) {
        self.init(partOf: stream)
        model = stream.model
    }

    /// Makes the options for recognising a part of a live stream as a recording, by any engine.
    package init(partOf stream: StreamOptions) {
        self.init(language: stream.language, diarize: stream.diarize, keyterms: stream.keyterms, workload: .realtime)
        shared = stream.shared
        vendorOptions = Catalogue.recorded(stream.vendorOptions)
    }
}
