"""The check stays fast: its work is counted, grows with the diagram, and ends where a diagram is made to be slow."""

from counting import calls
from unit.bpmn.building import check, codes, condition, diagram, fields, node, user

from engine import edition
from engine.bpmn import House, check_bundle
from engine.core import definitions
from engine.core.bundle import lone
from tasks.catalogue.checking import file_problems


def chain(rounds: int, *, form: bool = True) -> bytes:
    """Four elements a round: a form, a gateway without default, a step on one of its ways, a gateway that joins them."""
    body, road = '', ['start>u0']
    for number in range(rounds):
        body += user(f'u{number}', fields('days:long', 'outcome:enum:agree|reject') if form else '')
        body += node('exclusiveGateway', f'g{number}') + user(f'v{number}') + node('exclusiveGateway', f'm{number}')
        high, low = condition(f'${{days > {number}}}'), condition(f'${{days <= {number}}}')
        onward = f'u{number + 1}' if number + 1 < rounds else 'end'
        road.append(f'u{number}>g{number}, g{number}>v{number}?{high}, g{number}>m{number}?{low}, v{number}>m{number}, m{number}>{onward}')
    return diagram(body, ', '.join(road))


def test_the_check_of_a_hundred_elements_is_a_second_at_most():
    """Point 10: some 250 000 calls, each a few tenths of a microsecond."""
    _, problems = calls(lambda: check_bundle(lone(chain(25))), budget=400_000)
    assert problems == []


def test_its_work_grows_with_the_diagram():
    small, _ = calls(lambda: check_bundle(lone(chain(20))), budget=1_000_000)
    large, _ = calls(lambda: check_bundle(lone(chain(80))), budget=8 * small)
    assert large < 6 * small


def test_two_thousand_elements_in_which_nothing_writes_what_is_asked_are_undecided_soon():
    """Point 10: the way back to what wrote a variable is paid for; what is not proved is a warning, never a claim."""
    _, problems = calls(lambda: check_bundle(lone(chain(499, form=False))), budget=8_000_000)
    assert set(codes(problems)) <= {'GATEWAY_PERHAPS_NO_WAY', 'NOT_DECIDED', 'FIELD_UNKNOWN_LONE'}


def test_a_program_is_built_once_for_a_check(monkeypatch):
    """Point 10: whoever asks for the program of the same files gets the one that is there."""
    built = []
    make = definitions.build_program
    monkeypatch.setattr(definitions, 'build_program', lambda bundle: built.append(bundle) or make(bundle))
    bundle = lone(chain(3))
    for _ in range(3):
        found = edition(bundle)
        assert file_problems(found, House()) == []
        assert found.program
    assert len(built) == 1
    assert check(chain(3)) == []
