package import Speech

extension RecognitionOptions {
    /// Makes the options for recognising a part of a live stream as a recording.
    package init(partOf stream: StreamOptions) {
        self.init(language: stream.language, diarize: stream.diarize, keyterms: stream.keyterms, workload: .realtime)
        shared = stream.shared
        vendorOptions = Catalogue.recorded(stream.vendorOptions)
    }
}
