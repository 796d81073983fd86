internal import CPortAudio

/// An open input stream of PortAudio.
final class CaptureStream: Sendable {
    private let handle: PortAudio.Handle
    /// The receiver of the blocks from the sound system's thread. It lives until the stream is closed.
    private let delivery: CaptureDelivery

    /// Opens the stream and starts it.
    init(_ wanted: String?, delivery: CaptureDelivery) throws(CaptureError) {
        self.delivery = delivery
        handle = try PortAudio.silent { () throws(CaptureError) -> PortAudio.Handle in
            try PortAudio.start()
            do throws(CaptureError) {
                return try Self.open(wanted, delivery: delivery)
            } catch {
                Pa_Terminate()
                throw error
            }
        }
    }

    /// Closes the stream. Call once. When it returns, the sound system's thread has ended.
    func close() {
        try? PortAudio.alone {
            Pa_AbortStream(handle.stream)
            Pa_CloseStream(handle.stream)
            Pa_Terminate()
        }
    }

    private static func open(_ wanted: String?, delivery: CaptureDelivery) throws(CaptureError) -> PortAudio.Handle {
        let devices = PortAudio.inputDevices
        if devices.isEmpty, SoundDevices.areForbidden() { throw .forbidden }
        let device = try devices.device(wanted)
        delivery.name(device.name)
        var input = PaStreamParameters(
            device: PaDeviceIndex(device.number), channelCount: 1, sampleFormat: paInt16,
            suggestedLatency: Pa_GetDeviceInfo(PaDeviceIndex(device.number))?.pointee.defaultLowInputLatency ?? 0.064,
            hostApiSpecificStreamInfo: nil)
        var opened: UnsafeMutableRawPointer?
        let code = Pa_OpenStream(
            &opened, &input, nil, Double(Capture.hertz), UInt(Capture.blockSize), PaStreamFlags(paNoFlag), takeBlock,
            Unmanaged.passUnretained(delivery).toOpaque())
        guard code == paNoError.rawValue, let stream = opened else {
            throw .unavailable(device: device.name, reason: PortAudio.text(of: code))
        }
        Pa_SetStreamFinishedCallback(stream, deviceEnded)
        let started = Pa_StartStream(stream)
        guard started == paNoError.rawValue else {
            Pa_CloseStream(stream)
            throw .unavailable(device: device.name, reason: PortAudio.text(of: started))
        }
        return PortAudio.Handle(stream: stream)
    }
}

/// Takes a block on the sound system's thread. Neither waits nor allocates.
private func takeBlock(
    _ input: UnsafeRawPointer?, _: UnsafeMutableRawPointer?, _ count: UInt, _: UnsafePointer<PaStreamCallbackTimeInfo>?,
    _: PaStreamCallbackFlags, _ opaque: UnsafeMutableRawPointer?
) -> Int32 {
    guard let input, let opaque, count == UInt(Capture.blockSize) else { return Int32(paContinue.rawValue) }
    Unmanaged<CaptureDelivery>.fromOpaque(opaque).takeUnretainedValue().take(input.assumingMemoryBound(to: Int16.self))
    return Int32(paContinue.rawValue)
}

private func deviceEnded(_ opaque: UnsafeMutableRawPointer?) {
    guard let opaque else { return }
    Unmanaged<CaptureDelivery>.fromOpaque(opaque).takeUnretainedValue().deviceEnded()
}
