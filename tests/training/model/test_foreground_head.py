import torch

from training.model.foreground_head import ForegroundHead, on_grid, place_weights, shown_share


def test_weights_sum_to_one_and_are_those_of_the_coarse_place() -> None:
    weights = place_weights(torch.tensor([[[1.0, 0.0], [0.5**0.25, 0.0]]]), 4)
    assert weights.shape == (1, 4, 4)
    torch.testing.assert_close(weights.sum(), torch.tensor(1.0))
    torch.testing.assert_close(weights[0, :2, :2], torch.full((2, 2), 1 / 1.5 / 4))
    torch.testing.assert_close(weights[0, 2:, :2], torch.full((2, 2), 0.5 / 1.5 / 4))


def test_no_foreground_at_all_weighs_every_place_alike() -> None:
    torch.testing.assert_close(place_weights(torch.zeros(2, 3, 3), 6), torch.full((2, 6, 6), 1 / 36))


def test_a_coarser_grid_weighs_its_places_by_the_foreground_in_each() -> None:
    foreground = torch.tensor(
        [[[1.0, 1.0, 0.5, 0.5], [1.0, 1.0, 0.5, 0.5], [0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]]
    )
    torch.testing.assert_close(on_grid(foreground, 2), torch.tensor([[[1.0, 0.5], [0.0, 0.0]]]))
    weights = place_weights(foreground, 2)
    torch.testing.assert_close(weights, torch.tensor([[[16.0, 1.0], [0.0, 0.0]]]) / 17, atol=1e-5, rtol=0)


def test_the_head_reads_each_place_beside_its_neighbourhoods_and_the_photo() -> None:
    x = torch.rand(2, 3, 12, 12)
    head = ForegroundHead(width=3, hidden=4)
    places = head.read(x)
    assert places.shape == (2, 12, 12, 12)
    torch.testing.assert_close(places[1, 5, 6, :3], x[1, :, 5, 6])
    torch.testing.assert_close(places[1, 5, 6, 3:6], x[1, :, 4:7, 5:8].mean((1, 2)))
    torch.testing.assert_close(places[1, 5, 6, 6:9], x[1, :, 1:10, 2:11].mean((1, 2)))
    torch.testing.assert_close(places[1, 5, 6, 9:], x[1].mean((1, 2)))
    torch.testing.assert_close(places[1, 0, 0, 3:6], x[1, :, :2, :2].mean((1, 2)))  # the edge has fewer neighbours
    torch.testing.assert_close(head(x)[1, 5, 6], head.logit(places[1, 5, 6]).sigmoid())


def test_a_place_of_half_foreground_is_shown_whole() -> None:
    torch.testing.assert_close(shown_share(torch.tensor([0.0, 0.2, 0.5, 0.9])), torch.tensor([0.0, 0.4, 1.0, 1.0]))
