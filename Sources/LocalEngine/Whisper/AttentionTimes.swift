/// Times of tokens, from the attention that a model's heads pay to the audio while it writes. Pure.
///
/// The attention is made comparable: for each head and frame, its mean over the tokens becomes 0 and its deviation 1. Then the path through tokens and
/// frames is found that has the most attention and goes back in neither.
enum AttentionTimes {
    /// Number of frames of the median that removes single peaks.
    private static let medianLength = 7

    /// Returns for each row the first frame of its token.
    ///
    /// - Parameters:
    ///   - attention: [heads, tokens, frames].
    ///   - rows: the tokens whose times are wanted.
    ///   - used: number of frames that are speech; the frames behind are left out.
    static func starts(attention: [Float], heads: Int, tokens: Int, rows: Range<Int>, used: Int) -> [Int] {
        let frames = heads * tokens > 0 ? attention.count / (heads * tokens) : 0, count = min(used, frames)
        guard count > 0, !rows.isEmpty else { return rows.map { _ in 0 } }
        var mean = [Float](repeating: 0, count: rows.count * count)
        for head in 0..<heads {
            let normal = normalized(attention, head: head, tokens: tokens, frames: frames, used: count)
            for (place, row) in rows.enumerated() {
                let smooth = median(normal[row * count..<(row + 1) * count])
                for frame in 0..<count { mean[place * count + frame] += smooth[frame] / Float(heads) }
            }
        }
        return path(mean, rows: rows.count, frames: count)
    }

    private static func normalized(_ attention: [Float], head: Int, tokens: Int, frames: Int, used: Int) -> [Float] {
        var normal = [Float](repeating: 0, count: tokens * used)
        for frame in 0..<used {
            var sum: Float = 0, squares: Float = 0
            for token in 0..<tokens { sum += attention[(head * tokens + token) * frames + frame] }
            let mean = sum / Float(tokens)
            for token in 0..<tokens {
                let value = attention[(head * tokens + token) * frames + frame] - mean
                squares += value * value
                normal[token * used + frame] = value
            }
            let deviation = max((squares / Float(tokens)).squareRoot(), 1e-10)
            for token in 0..<tokens { normal[token * used + frame] /= deviation }
        }
        return normal
    }

    /// Returns the running median, with both ends mirrored.
    private static func median(_ values: ArraySlice<Float>) -> [Float] {
        let reach = medianLength / 2, count = values.count
        guard count > reach else { return Array(values) }
        func value(_ index: Int) -> Float { values[values.startIndex + (index < 0 ? -index : index >= count ? 2 * (count - 1) - index : index)] }
        // The values around the frame, in order.
        var sorted = (-reach...reach).map(value).sorted()
        return (0..<count).map { center in
            if center > 0 {
                let new = value(center + reach)
                var place = sorted.firstIndex(of: value(center - reach - 1)) ?? 0
                while place + 1 < medianLength, sorted[place + 1] < new {
                    sorted[place] = sorted[place + 1]
                    place += 1
                }
                while place > 0, sorted[place - 1] > new {
                    sorted[place] = sorted[place - 1]
                    place -= 1
                }
                sorted[place] = new
            }
            return sorted[reach]
        }
    }

    /// Returns the first frame of each row on the path of the most attention (dynamic time warping).
    private static func path(_ attention: [Float], rows: Int, frames: Int) -> [Int] {
        let width = frames + 1
        var cost = [Float](repeating: .infinity, count: (rows + 1) * width)
        var steps = [UInt8](repeating: 0, count: (rows + 1) * width)
        cost[0] = 0
        for row in 1...rows {
            for frame in 1...frames {
                let both = cost[(row - 1) * width + frame - 1], down = cost[(row - 1) * width + frame], right = cost[row * width + frame - 1]
                let (best, step): (Float, UInt8) = both < down && both < right ? (both, 0) : down < both && down < right ? (down, 1) : (right, 2)
                cost[row * width + frame] = best - attention[(row - 1) * frames + frame - 1]
                steps[row * width + frame] = step
            }
        }
        var starts = [Int](repeating: 0, count: rows)
        var row = rows, frame = frames
        while row > 0, frame > 0 {
            starts[row - 1] = frame - 1
            switch steps[row * width + frame] {
            case 0: (row, frame) = (row - 1, frame - 1)
            case 1: row -= 1
            default: frame -= 1
            }
        }
        return starts
    }
}
