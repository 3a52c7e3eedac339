"""Functions users may call, by sqlglot's class; everything else is refused by name.

A function is on the list only when DuckDB answers as BigQuery documents, by itself or after
`rewrite`; `tests/contract/googlesql_answers.py` holds the documented answers.
"""

from __future__ import annotations

_AGGREGATES = """
    AnyValue ApproxDistinct ArrayAgg ArrayConcatAgg Avg BitwiseAndAgg BitwiseOrAgg BitwiseXorAgg
    Corr Count CountIf CovarPop CovarSamp GroupConcat LogicalAnd LogicalOr Max Min Stddev StddevPop
    StddevSamp Sum Variance VariancePop
"""
_WINDOWS = """
    CumeDist DenseRank FirstValue Lag LastValue Lead NthValue Ntile PercentRank PercentileCont
    PercentileDisc Rank RowNumber
"""
_LOGIC = "Case Exists Cast Coalesce Greatest If Least Nullif SafeDivide TryCast IsNan IsInf"
_MATHS = """
    Abs Acos Acosh Asin Asinh Atan Atan2 Atanh Ceil Cbrt Cos Cosh Cot Exp Floor IntDiv Ln Log Mod Pi
    Pow Rand Round SafeAdd SafeMultiply SafeNegate SafeSubtract Sign Sin Sinh Sqrt Tan Tanh Trunc
"""
_TEXTS = """
    MD5 Format Ascii Chr Concat Contains EndsWith Hex Initcap Left Length Lower LowerHex Levenshtein
    Pad RegexpExtract RegexpExtractAll RegexpLike RegexpReplace Repeat Replace Reverse Right
    Split StartsWith StrPosition Substring Translate Trim Unicode Upper MD5Digest SHA SHA2
"""
_TIMES = """
    TimestampFromParts TsOrDsToDatetime WeekStart CurrentDate CurrentDatetime CurrentTimestamp Date
    DateAdd DateDiff DateFromParts DateFromUnixDate DateStrToDate DateSub DateTrunc Datetime
    DatetimeAdd DatetimeDiff DatetimeSub DatetimeTrunc Extract FormatDatetime LastDay ParseDatetime
    StrToDate StrToTime TimeToStr Timestamp TimestampAdd TimestampDiff TimestampSub TimestampTrunc
    TsOrDsToDate UnixDate UnixMicros UnixMillis UnixSeconds
"""
_ARRAYS = """
    ArraySize Array ArrayConcat ArrayLength ArrayReverse ArrayToString Explode GenerateDateArray
    GenerateSeries Struct ToArray Unnest
"""

ALLOWED_CALLS = frozenset(f"{_AGGREGATES}{_WINDOWS}{_LOGIC}{_MATHS}{_TEXTS}{_TIMES}{_ARRAYS}".split())

ALLOWED_NAMES = frozenset(["CHAR_LENGTH", "CHARACTER_LENGTH", "IEEE_DIVIDE", "INSTR"])

REFUSED_BY_NAME: dict[str, str] = {
    "ApproxQuantiles": "DuckDB interpolates; use PERCENTILE_DISC(x, 0.5) OVER () instead.",
}
