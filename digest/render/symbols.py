"""The characters that stand for LaTeX's names, powers and indices."""

from __future__ import annotations

GREEK = {
    name: chr(code)
    for name, code in zip(
        (
            *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu"),
            *("nu", "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"),
        ),
        [*range(0x3B1, 0x3C2), *range(0x3C3, 0x3CA)],
        strict=True,
    )
}
GREEK |= {
    "Gamma": "Γ",
    "Delta": "Δ",
    "Theta": "Θ",
    "Lambda": "Λ",
    "Xi": "Ξ",
    "Pi": "Π",
    "Sigma": "Σ",
    "Upsilon": "Υ",
    "Phi": "Φ",
    "Psi": "Ψ",
    "Omega": "Ω",
    "varepsilon": "ε",
    "vartheta": "ϑ",
    "varphi": "φ",
}
NAMED = {"nabla": "∇", "ell": "ℓ", "infty": "∞", "circ": "°", "dagger": "†", "partial": "∂", "hbar": "ℏ"}

FORGOTTEN = {
    # switches that only change the look
    **dict.fromkeys(
        ["em", "it", "bf", "rm", "tt", "sc", "sf", "small", "large", "left", "right", "big", "Big", "allowbreak"], ""
    ),
    **dict.fromkeys(["displaystyle", "textstyle", "limits", "nolimits", "xspace", "noindent", "protect"], ""),
    "eg": "e.g.",
    "ie": "i.e.",
    "etc": "etc.",
    "etal": "et al.",
    "deg": "°",
    "degree": "°",
    "log": "log",
    "exp": "exp",
    "min": "min",
    "max": "max",
    "sim": "∼",
}

SUPERSCRIPTS = str.maketrans(
    "0123456789+-−=()'abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWαβγδεθφχ",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾′ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵅᵝᵞᵟᵋᶿᵠᵡ",
)
SUBSCRIPTS = str.maketrans("0123456789+-−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ")
