"""LaTeX is written out for people, and everything that is not LaTeX is left alone."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.render.latex import readable
from digest.text import clean


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (r"$10^{3}$ steps", "10³ steps"),
        (r"$10^{-3}$ and 10^-3 and 10^23", "10⁻³ and 10⁻³ and 10²³"),
        (r"\alpha-divergence and $\beta_{1}$", "α-divergence and β₁"),
        (r"\textbf{Fast} \emph{and \textit{small}}", "Fast and small"),
        (r"{\em DeepSpeak} and \textbf{\alpha}", "DeepSpeak and α"),
        (r"$O(n \log n)$ and \( O(n^2) \)", "O(n log n) and O(n²)"),
        (r"$\mathcal{O}(N^{2})$ in $\mathbb{R}^{n \times d}$", "O(N²) in R^(n × d)"),
        (r"$\frac{1}{2}$ of $\sqrt{x}$", "1/2 of √(x)"),
        (r"caf\'e Schr\"odinger \'{e} Erd\H{o}s na\"{\i}ve", "café Schrödinger é Erdős naïve"),
        (r"R\&D gains 5\% for \$3 with file\_name", "R&D gains 5% for $3 with file_name"),
        (r"our \method~achieves \ours{} more", "our method achieves ours more"),
        (r"results \eg, and so on, \etc.", "results e.g., and so on, etc."),
        (r"see \url{https://example.org/a_b^c} and\footnote{https://example.org/}", None),
        ("``quoted'' words", "“quoted” words"),
        (r"the model\'s end", "the model's end"),
        ("a~spectral Difference~(TD)", "a spectral Difference (TD)"),
        (r"Unclosed \textbf{here", None),
    ],
)
def test_latex_becomes_readable(raw, shown):
    assert "\\" not in readable(raw)
    if shown is not None:
        assert readable(raw) == shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("nabla^2DFT: Molecules", "∇²DFT: Molecules"),
        ("A 360^circ video, GUI-360^\\circ, 360^{circ}", "A 360° video, GUI-360°, 360°"),
        ("R^textbf{2AI} via texttt{D}ual-texttt{H}ead", "R²AI via Dual-Head"),
        ("mathcal{O}(T^{-1/3}) and R^{n times d}", "O(T^(-1/3)) and R^(n × d)"),
        ("L_2 norms, f_i, A_n-equivariant, pi_0 and pi_{0.5}", "L₂ norms, fᵢ, Aₙ-equivariant, π₀ and π_0.5"),
        (
            "SL^{2}A-INR, A^2Search, HumanEval^{+}, FaSTA^*, UI2Code^N",
            "SL²A-INR, A²Search, HumanEval⁺, FaSTA*, UI2Codeᴺ",
        ),
        ("theta_{GRPO} and ell_infty and n^{1+o(1)}", "θ_GRPO and ℓ_∞ and n^(1+o(1))"),
    ],
)
def test_latex_that_lost_its_signs_on_a_page_becomes_readable(raw, shown):
    assert readable(raw) == shown


@pytest.mark.parametrize(
    "prose",
    [
        "Costs $5 and $10, or 4$ per hour, or $200k at $5-$10",
        "Earn $1 Million from real work for 1$ each",
        "100% sure of 12~20%, ~13% and 1M~4M, or 10~100times",
        "AT&T & Sons <b> C# #1 a&b",
        "file_name, unique_references, __init__, snake_case_name and seed_2_b",
        "https://example.org/a_b/c^d~e?x={y}&z=$1$ and example.org/under_score_1",
        "^_^ and x_ and _y and 5^ and { lone } braces",
        "back\\1slash \\0",
        "It's Müller's “quote” – naïve 深度 مقدمة 👩🏽🚀",
    ],
)
def test_prose_survives(prose):
    assert readable(prose) == prose


@settings(deadline=None)  # a busy machine is no fault
@given(st.text(alphabet=st.sampled_from("ab2 \\{}$^_~`'%&#().,textbfracé\n"), max_size=200) | st.text(max_size=200))
def test_no_text_makes_it_raise_and_the_result_is_clean(text):
    shown = readable(text)
    assert shown == clean(shown)
    assert shown or not clean(text) or set(clean(text)) & set("\\${}~`^_'")


@settings(deadline=None)  # a busy machine is no fault
@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz ABC.,;:!?()[]<>&%#@/-+='\"0123456789é", max_size=200))
def test_a_text_without_signs_of_latex_is_only_cleaned(text):
    assert readable(text) == clean(text)


@pytest.mark.parametrize(
    "piece", ["\\a{", "{", "$x", "\\", "_{", "``", "\\textbf{", "x^{", "\\(", "\\frac{", "\\a{}", "\\'{", "a.", "-.a"]
)
def test_hostile_repetition_costs_little_time(piece):
    begun = time.perf_counter()
    readable((piece * 5_000)[:4_990] + "_$ \\")
    readable(piece * 50_000)
    assert time.perf_counter() - begun < 2
