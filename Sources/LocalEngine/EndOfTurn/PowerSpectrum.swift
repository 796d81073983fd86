import Glibc

/// The power spectrum of frames of 400 samples under a periodic Hann window. Computes eight frames at once, one in each SIMD lane.
///
/// 400 is not a power of two, so the transform is computed as a plain sum. Symmetry halves the sum twice: sample n goes with 400 − n, and bin k
/// with 200 − k. A frame then takes 40,000 products, and 800 frames take a few milliseconds.
struct PowerSpectrum: Sendable {
    typealias Lanes = SIMD8<Float>
    static let bins = length / 2 + 1
    private static let length = 400
    private static let half = length / 2

    private let window: [Float]
    /// Cosines for bin k (0…100) and sample n (0…199), at index `k * 200 + n`.
    private let cosines: [Float]
    private let sines: [Float]

    init() {
        func angle(_ product: Int) -> Double { 2 * .pi * Double(product % Self.length) / Double(Self.length) }
        window = (0..<Self.length).map { Float(0.5 - 0.5 * cos(angle($0))) }
        let pairs = (0...(Self.half / 2)).flatMap { bin in (0..<Self.half).map { bin * $0 } }
        cosines = pairs.map { Float(cos(angle($0))) }
        sines = pairs.map { Float(sin(angle($0))) }
    }

    /// Writes the power of each bin (0…200) of eight frames. Lane i holds the frame that begins at sample `start + i · hop`.
    func powers(of samples: Span<Float>, from start: Int, hop: Int, into powers: inout [Lanes]) {
        var even = [Lanes](repeating: .zero, count: Self.half)
        var odd = even
        for n in 1..<Self.half {
            let mirrored = Self.length - n
            var a = Lanes(), b = Lanes()
            for lane in 0..<Lanes.scalarCount {
                a[lane] = samples[start + lane * hop + n]
                b[lane] = samples[start + lane * hop + mirrored]
            }
            even[n] = (a + b) * window[n]
            odd[n] = (a - b) * window[n]
        }
        // The window is 0 at sample 0 and 1 at sample 200.
        var middle = Lanes()
        for lane in 0..<Lanes.scalarCount { middle[lane] = samples[start + lane * hop + Self.half] }

        let evenSpan = even.span, oddSpan = odd.span, cosineSpan = cosines.span, sineSpan = sines.span
        for bin in 0...(Self.half / 2) {
            let row = bin * Self.half
            // The sums over odd n and over even n: bin 200 − k has the same products, with every second sign reversed.
            var realOdd = Lanes.zero, realEven = Lanes.zero, imaginaryOdd = Lanes.zero, imaginaryEven = Lanes.zero
            realOdd += evenSpan[1] * cosineSpan[row + 1]
            imaginaryOdd += oddSpan[1] * sineSpan[row + 1]
            for n in stride(from: 2, to: Self.half, by: 2) {
                realEven += evenSpan[n] * cosineSpan[row + n]
                imaginaryEven += oddSpan[n] * sineSpan[row + n]
                realOdd += evenSpan[n + 1] * cosineSpan[row + n + 1]
                imaginaryOdd += oddSpan[n + 1] * sineSpan[row + n + 1]
            }
            // cos(2π · 200 k / 400) is 1 for even k and −1 for odd k. The same holds for bin 200 − k.
            realEven += bin.isMultiple(of: 2) ? middle : -middle
            let real = realEven + realOdd, imaginary = imaginaryEven + imaginaryOdd
            powers[bin] = real * real + imaginary * imaginary
            let mirroredReal = realEven - realOdd, mirroredImaginary = imaginaryOdd - imaginaryEven
            powers[Self.half - bin] = mirroredReal * mirroredReal + mirroredImaginary * mirroredImaginary
        }
    }
}
