import torch

from training.model.foreground_head import ForegroundHead, place_weights


def test_weights_sum_to_one_and_are_those_of_the_coarse_place() -> None:
    weights = place_weights(torch.tensor([[[1.0, 0.0], [0.5**0.25, 0.0]]]), 4)
    assert weights.shape == (1, 4, 4)
    torch.testing.assert_close(weights.sum(), torch.tensor(1.0))
    torch.testing.assert_close(weights[0, :2, :2], torch.full((2, 2), 1 / 1.5 / 4))
    torch.testing.assert_close(weights[0, 2:, :2], torch.full((2, 2), 0.5 / 1.5 / 4))


def test_no_foreground_at_all_weighs_every_place_alike() -> None:
    torch.testing.assert_close(place_weights(torch.zeros(2, 3, 3), 6), torch.full((2, 6, 6), 1 / 36))


def test_the_head_reads_its_sources_on_the_grid_of_the_last_map() -> None:
    maps = [torch.rand(2, 3, 8, 8), torch.rand(2, 5, 4, 4), torch.rand(2, 7, 2, 2)]
    head = ForegroundHead(sources=(0, 2), widths=(3, 7), hidden=4)
    places = head.read(maps)
    assert places.shape == (2, 2, 2, 20)
    torch.testing.assert_close(places[1, 0, 1, :3], maps[0][1, :, :4, 4:].mean((1, 2)))
    torch.testing.assert_close(places[1, 0, 1, 3:10], maps[2][1, :, 0, 1])
    torch.testing.assert_close(places[1, 0, 1, 13:], maps[2][1].mean((1, 2)))
    foreground = head(maps)
    torch.testing.assert_close(foreground[1, 0, 1], head.logit(places[1, 0, 1]).sigmoid())
